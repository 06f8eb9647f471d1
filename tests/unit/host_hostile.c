/* Plugins that mean harm, one file each in tests/plugins/hostile. A file is loaded, and its first function, a guard or a
 * rule (asked for a hundred days), is called; its first line says how it must end:
 *   -- expect: error | budget | memory   a fault of that kind; the host lives, and another plugin in it is unharmed
 *   -- expect: fault                     of any kind: which limit is met first depends on the machine
 *   -- expect: killed                    no hook can stop it: it must be ended from outside, and is
 * With "at load" behind it, it is the loading that ends so.
 */
#include "host_driver.h"

#include <dirent.h>

static const char innocent[] = "local luodi = require 'luodi'\n"
			       "luodi.kind { name = 'a', title = 'A', prefix = 'A', fields = { { 'x', 'int' } } }\n"
			       "luodi.guard { name = 'g', on = 'a', check = function()\n"
			       "  return luodi.refuse(nil, ('%d'):format(7)) end }\n";

enum { HOSTILE = 0, INNOCENT = 1, RULE_DAYS = 100, PATIENCE_MS = 1500 /* far over every budget of a guard */ };

static struct declarations *load_as(struct driver *driver, int index, const char *text, struct seen_fault *fault)
{
	const struct source source = {"init", text};
	struct declarations *declarations;
	struct wire in;

	if (driver_load(driver, index, "demo", &source, 1, &in) == HOST_FAULT) {
		*fault = driver_take_fault(driver, &in);
		return NULL;
	}
	assert_int_equal(wire_get_integer(&in, 0, 255), index);
	declarations = declarations_get(&in, driver->pool);
	assert_true(declarations != NULL && wire_end(&in));
	return declarations;
}

static void send_guard(struct driver *driver, int index)
{
	struct state *state = state_new(driver->pool, &driver->schema->kinds[0], record_key(1, 1));

	wire_put_integer(&driver->out, ++driver->call);
	wire_put_integer(&driver->out, HOST_CALL_GUARD);
	wire_put_integer(&driver->out, index);
	wire_put_integer(&driver->out, 1);
	wire_put_integer(&driver->out, TODAY);
	state->exists = true;
	state->title = "x";
	state_put(&driver->out, state);
	wire_put_boolean(&driver->out, false);
	driver_send(driver, HOST_CALL);
}

static void send_rule(struct driver *driver)
{
	struct state *state = state_new(driver->pool, &driver->schema->kinds[0], record_key(1, 1));

	state->exists = true;
	state->title = "x";
	driver_begin_call(driver, HOST_CALL_RULE, 1);
	wire_put_count(&driver->out, 1);
	state_put(&driver->out, state);
	wire_put_integer(&driver->out, TODAY - RULE_DAYS + 1);
	wire_put_integer(&driver->out, TODAY);
	driver_send(driver, HOST_CALL);
}

static void send_hostile(struct driver *driver, const struct declarations *declared)
{
	if (declared->rule_count > 0)
		send_rule(driver);
	else
		send_guard(driver, HOSTILE);
}

static void expect_innocent_unharmed(struct driver *driver)
{
	struct wire in;

	send_guard(driver, INNOCENT);
	driver_expect(driver, HOST_RESULT, &in);
	assert_true(wire_get_boolean(&in));
	assert_null(wire_get_text(&in, driver->pool, 64));
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "7");
}

static void end_from_outside(struct driver *driver)
{
	int status;

	assert_false(driver_wait(driver, PATIENCE_MS));
	assert_int_equal(kill(driver->child, SIGKILL), 0);
	status = driver_stop(driver);
	assert_true(WIFSIGNALED(status));
}

static int64_t kind_of_fault(const char *expected)
{
	if (strstr(expected, "memory") != NULL)
		return HOST_FAULT_MEMORY;
	return strstr(expected, "budget") != NULL ? HOST_FAULT_BUDGET : HOST_FAULT_ERROR;
}

static void expect_fault_of(const struct seen_fault *fault, const char *name, const char *expected)
{
	if (strcmp(expected, "fault") != 0 && fault->type != kind_of_fault(expected))
		fail_msg("%s: a fault of kind %d: %s", name, (int)fault->type, fault->message);
	assert_true(fault->message[0] != '\0' && strlen(fault->message) <= 1024 && strlen(fault->trace) <= 4096);
}

static void run_hostile(const char *name, const char *text)
{
	struct driver *driver = driver_start();
	const struct declarations *declared;
	struct seen_fault fault;
	char expected[64];

	assert_int_equal(sscanf(text, "-- expect: %63[^\n]", expected), 1);
	driver_send_schema(driver, load_as(driver, INNOCENT, innocent, &fault));
	print_message("%s: %s\n", name, expected);
	declared = load_as(driver, HOSTILE, text, &fault);
	if (declared == NULL) {
		if (strstr(expected, "at load") == NULL)
			fail_msg("%s: %s", name, fault.message);
	} else {
		assert_null(strstr(expected, "at load"));
		send_hostile(driver, declared);
		if (strcmp(expected, "killed") == 0) {
			end_from_outside(driver);
			return;
		}
		fault = driver_expect_fault(driver);
		if (fault.type != HOST_FAULT_ERROR) { /* its state is gone: the same fault again, at once */
			expect_innocent_unharmed(driver);
			send_hostile(driver, declared);
			fault = driver_expect_fault(driver);
		}
	}
	expect_fault_of(&fault, name, expected);
	expect_innocent_unharmed(driver);
	driver_stop_well(driver);
}

static void no_plugin_harms_another_or_the_host(void **state)
{
	char folder[PATH_MAX], name[300];
	DIR *files;
	struct dirent *entry;
	size_t seen = 0;

	(void)state;
	snprintf(folder, sizeof folder, "%s", __FILE__);
	strcat(dirname(folder), "/../plugins/hostile");
	files = opendir(folder);
	assert_non_null(files);
	while ((entry = readdir(files)) != NULL) {
		char *text;

		if (strstr(entry->d_name, ".lua") == NULL)
			continue;
		snprintf(name, sizeof name, "hostile/%.256s", entry->d_name);
		text = driver_plugin_file(name);
		run_hostile(name, text);
		free(text);
		seen++;
	}
	closedir(files);
	assert_true(seen >= 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(no_plugin_harms_another_or_the_host)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
