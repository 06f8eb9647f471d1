/* What other threads may know of the journal without asking SQLite: how far it is committed, and which records that was about. */
#include "store/internal.h"

/* In this order: whoever finds the new record in a slot finds the seq that overwrote it too. */
void news_note_event(struct news *news, int64_t seq, int64_t record)
{
	if (seq > atomic_load(&news->appended)) /* after a rollback numbers come again */
		atomic_store(&news->appended, seq);
	atomic_store(&news->records[seq % STORE_NEWS_KEPT], record);
}

void news_note_commit(struct news *news, const struct head *head)
{
	atomic_store(&news->recorded_at_us, head->recorded_at_us);
	atomic_store(&news->committed, head->seq);
}

void store_read_committed(const struct store *store, int64_t *ret_seq, int64_t *ret_recorded_at_us)
{
	*ret_seq = atomic_load(&store->news.committed);
	*ret_recorded_at_us = atomic_load(&store->news.recorded_at_us);
}

bool store_read_news(const struct store *store, int64_t after, int64_t last,
    void (*tell)(void *argument, int64_t record, int64_t seq), void *argument)
{
	if (last - after > STORE_NEWS_KEPT)
		return false;
	for (int64_t seq = after + 1; seq <= last; seq++)
		tell(argument, atomic_load(&store->news.records[seq % STORE_NEWS_KEPT]), seq);
	return atomic_load(&store->news.appended) - after <= STORE_NEWS_KEPT; /* else some were overwritten meanwhile */
}
