#include "text/normal.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unicode/ucol.h>

static const UCollator *collator; /* opened once, never changed, never closed */
static char rules[80] = "bytes";  /* what collator goes by */
static pthread_once_t opened = PTHREAD_ONCE_INIT;

static void open_collator(void)
{
	UErrorCode status = U_ZERO_ERROR;
	UCollator *chinese = ucol_open("zh@collation=pinyin", &status);

	UVersionInfo version;
	char icu[U_MAX_VERSION_STRING_LENGTH], order[U_MAX_VERSION_STRING_LENGTH];

	if (U_FAILURE(status))
		return;
	collator = chinese;
	u_getVersion(version);
	u_versionToString(version, icu);
	ucol_getVersion(chinese, version);
	u_versionToString(version, order);
	snprintf(rules, sizeof rules, "ICU %s, zh pinyin %s", icu, order);
}

const char *text_order_rules(void)
{
	pthread_once(&opened, open_collator);
	return rules;
}

static int compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t length = a_length < b_length ? a_length : b_length;
	int order = length > 0 ? memcmp(a, b, length) : 0;

	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

int text_compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
	UErrorCode status = U_ZERO_ERROR;
	UCollationResult order = UCOL_EQUAL;

	if (a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0))
		return 0;
	pthread_once(&opened, open_collator);
	/* Without ICU's data, or for texts of 2 GiB, the bytes give an order too, and it is one. */
	if (collator != NULL && a_length <= INT32_MAX && b_length <= INT32_MAX)
		order = ucol_strcollUTF8(collator, a, (int32_t)a_length, b, (int32_t)b_length, &status);
	if (U_FAILURE(status) || order == UCOL_EQUAL)
		return compare_bytes(a, a_length, b, b_length);
	return order == UCOL_LESS ? -1 : 1;
}
