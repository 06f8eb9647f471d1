#include "host/frame.h"

#include "model/host_protocol.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { HEAD = 5, FLUSH_FROM = 64 * 1024 };

void link_init(struct link *link, int socket)
{
	*link = (struct link){.socket = socket, .open = LINK_NONE};
	buffer_init(&link->in, HOST_FRAME_TO_HOST_LARGEST);
	buffer_init(&link->out, (size_t)2 * HOST_FRAME_LARGEST);
}

void link_clear(struct link *link)
{
	buffer_clear(&link->in);
	buffer_clear(&link->out);
}

/* The socket may be non-blocking on our side: then poll waits. */
static bool wait_for(struct link *link, short events)
{
	struct pollfd wanted = {.fd = link->socket, .events = events};

	while (poll(&wanted, 1, -1) < 0)
		if (errno != EINTR)
			return false;
	return (wanted.revents & POLLNVAL) == 0;
}

/* Whether a failed read or write may be tried again. */
static bool may_retry(struct link *link, short events)
{
	if (errno == EINTR)
		return true;
	return (errno == EAGAIN || errno == EWOULDBLOCK) && wait_for(link, events);
}

static bool read_bytes(struct link *link, unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t got = read(link->socket, bytes, length);

		if (got == 0 || (got < 0 && !may_retry(link, POLLIN))) {
			link->closed = true;
			return false;
		}
		if (got > 0) {
			bytes += got;
			length -= (size_t)got;
		}
	}
	return true;
}

/* In pieces, so that a length alone does not cost its memory. */
static bool read_items(struct link *link, size_t length)
{
	unsigned char piece[16384];

	buffer_reset(&link->in);
	while (length > 0) {
		size_t now = length < sizeof piece ? length : sizeof piece;

		if (!read_bytes(link, piece, now))
			return false;
		if (!buffer_append(&link->in, piece, now)) {
			link->bad = true;
			return false;
		}
		length -= now;
	}
	return true;
}

bool link_read(struct link *link, int *ret_type, struct wire *ret_items)
{
	unsigned char head[HEAD];
	size_t length;

	if (link->closed || link->bad || !link_flush(link) || !read_bytes(link, head, sizeof head))
		return false;
	length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (length < 1 || length > HOST_FRAME_TO_HOST_LARGEST) {
		link->bad = true;
		return false;
	}
	if (!read_items(link, length - 1))
		return false;
	*ret_type = head[4];
	wire_read(ret_items, buffer_text(&link->in), link->in.length);
	return true;
}

struct buffer *link_begin(struct link *link, int type)
{
	const char head[HEAD] = {0, 0, 0, 0, (char)type};

	assert(link->open == LINK_NONE);
	link->open = link->out.length;
	buffer_append(&link->out, head, sizeof head);
	return &link->out;
}

void link_abandon(struct link *link)
{
	if (link->open == LINK_NONE)
		return;
	link->out.length = link->open;
	link->out.full = false;
	link->open = LINK_NONE;
}

bool link_end(struct link *link)
{
	size_t length = link->out.length - link->open - 4;
	char *head;

	assert(link->open != LINK_NONE);
	if (link->out.full || length > HOST_FRAME_LARGEST) {
		link_abandon(link);
		return false;
	}
	head = link->out.bytes + link->open;
	for (int i = 0; i < 4; i++)
		head[i] = (char)(length >> (24 - 8 * i) & 0xff);
	link->open = LINK_NONE;
	if (link->out.length >= FLUSH_FROM)
		link_flush(link); /* a failure shows at the next read */
	return true;
}

bool link_flush(struct link *link)
{
	size_t done = 0;

	while (!link->closed && done < link->out.length) {
		ssize_t put = write(link->socket, link->out.bytes + done, link->out.length - done);

		if (put < 0 && !may_retry(link, POLLOUT))
			link->closed = true;
		if (put > 0)
			done += (size_t)put;
	}
	buffer_reset(&link->out);
	return !link->closed;
}
