/* giopcall.c: requests and replies of GIOP 1.0 (CORBA 2.0, 12.4), over one connection at a time. */
#include "giopcall.h"

#include <stdlib.h>
#include <string.h>

#define HEADER 12UL

/* The types of messages, and what a reply says. */
enum { REQUEST = 0, REPLY = 1, CLOSE_CONNECTION = 5, MESSAGE_ERROR = 6 };
enum { NO_EXCEPTION = 0, USER_EXCEPTION = 1, SYSTEM_EXCEPTION = 2, LOCATION_FORWARD = 3 };

void gi_start(gi_client *c)
{
	memset(c, 0, sizeof *c);
	c->conn = OS_NONE;
	c->little = gi_native();
	c->wait = 60;
}

/* hang_up closes the connection, of which nothing more is expected. */
static void hang_up(gi_client *c)
{
	os_close(c->conn);
	c->conn = OS_NONE;
}

void gi_end(gi_client *c)
{
	hang_up(c);
}

/* same reports whether two references lead to one object at one place. */
static int same(const gi_ref *a, const gi_ref *b)
{
	return a->port == b->port && a->keylen == b->keylen && strcmp(a->host, b->host) == 0 && memcmp(a->key, b->key, (size_t)a->keylen) == 0;
}

void gi_begin(gi_client *c, const gi_ref *ref, const char *operation)
{
	if (!same(ref, &c->given)) { /* else it goes where the last call of the object was answered */
		c->to = *ref;
		c->given = *ref;
	}
	c->operation = operation;
	c->hops = 0;
	c->exception[0] = 0;
}

gi_buf *gi_args(gi_client *c)
{
	gi_buf *w = &c->out;

	memset(w, 0, sizeof *w);
	w->b = c->outmem;
	w->cap = GI_MAXMSG;
	w->little = c->little;
	memcpy(w->b, "GIOP\1\0", 6);
	w->b[6] = (gi_octet)c->little;
	w->b[7] = REQUEST;
	w->len = HEADER; /* the size comes last */
	gi_put_ulong(w, 0); /* no service contexts */
	gi_put_ulong(w, ++c->id);
	gi_put_octet(w, 1); /* a reply is expected */
	gi_put_octets(w, c->to.key, c->to.keylen);
	gi_put_string(w, c->operation);
	gi_put_ulong(w, 0); /* no principal */
	return w;
}

/* connected sees to it that there is a connection to where the call goes. */
static int connected(gi_client *c)
{
	c->fresh = 0;
	if (c->conn != OS_NONE && (c->port != c->to.port || strcmp(c->host, c->to.host) != 0 || !os_quiet(c->conn)))
		hang_up(c);
	if (c->conn != OS_NONE)
		return GI_OK;
	if (c->to.host[0] == 0)
		return GI_NET;
	c->conn = os_dial(c->to.host, c->to.port);
	if (c->conn == OS_NONE)
		return GI_NET;
	strcpy(c->host, c->to.host);
	c->port = c->to.port;
	c->fresh = 1;
	return GI_OK;
}

/* receive reads a message into c->in, and returns its type, or what failed. */
static int receive(gi_client *c)
{
	gi_buf *r = &c->in;
	gi_ulong size;
	int rc;

	memset(r, 0, sizeof *r);
	r->b = c->inmem;
	rc = os_read(c->conn, r->b, HEADER, c->wait);
	if (rc != 0)
		return rc;
	if (memcmp(r->b, "GIOP\1", 5) != 0 || r->b[6] > 1)
		return GI_FORMAT; /* more than an order in that octet is GIOP 1.1: fragments */
	r->little = r->b[6];
	r->len = HEADER;
	r->pos = 8;
	size = gi_get_ulong(r);
	if (size > GI_MAXMSG - HEADER)
		return GI_LIMIT;
	rc = os_read(c->conn, r->b + HEADER, size, c->wait);
	if (rc != 0)
		return rc;
	r->len = HEADER + size;
	return r->b[7];
}

/* forwarded takes the call to where the reply says. */
static int forwarded(gi_client *c)
{
	if (++c->hops > GI_HOPS)
		return GI_LIMIT;
	gi_get_ref(&c->in, &c->to);
	if (c->in.err)
		return c->in.err;
	return c->to.host[0] ? GI_AGAIN : GI_FORMAT;
}

/* raised takes down which exception came. */
static int raised(gi_client *c, int rc)
{
	const char *id = gi_get_string(&c->in);

	if (strlen(id) >= sizeof c->exception)
		return GI_LIMIT;
	strcpy(c->exception, id);
	if (rc == GI_SYSTEM) {
		c->minor = gi_get_ulong(&c->in);
		c->completed = gi_get_ulong(&c->in);
	}
	return c->in.err ? c->in.err : rc;
}

/* reply reads the header of a reply, and what it says. */
static int reply(gi_client *c)
{
	gi_buf *r = &c->in;
	gi_ulong n, skip;

	for (n = gi_get_ulong(r); n > 0 && !r->err; n--) { /* service contexts: an id, and octets */
		gi_get_ulong(r);
		gi_get_octets(r, &skip);
	}
	if (gi_get_ulong(r) != c->id && !r->err)
		return GI_FORMAT; /* it answers what nobody has asked */
	n = gi_get_ulong(r);
	if (r->err)
		return r->err;
	switch (n) {
	case NO_EXCEPTION:
		return GI_OK;
	case USER_EXCEPTION:
		return raised(c, GI_USER);
	case SYSTEM_EXCEPTION:
		return raised(c, GI_SYSTEM);
	case LOCATION_FORWARD:
		return forwarded(c);
	}
	return GI_FORMAT;
}

int gi_call(gi_client *c)
{
	gi_buf *w = &c->out;
	gi_ulong len = w->len;
	int rc;

	if (w->err)
		return w->err;
	rc = connected(c);
	if (rc != GI_OK) {
		if (!same(&c->to, &c->given) && ++c->hops <= GI_HOPS) { /* who forwarded the object's calls knows better by now */
			c->to = c->given;
			return GI_AGAIN;
		}
		return rc;
	}
	w->len = 8;
	gi_put_ulong(w, len - (gi_ulong)HEADER);
	w->len = len;
	rc = os_write(c->conn, w->b, w->len, c->wait);
	if (rc == 0)
		rc = receive(c);
	if (rc == CLOSE_CONNECTION && !c->fresh && c->in.len == HEADER) { /* the request was surely not carried out (CORBA 2.0, 12.4.6) */
		hang_up(c);
		return GI_AGAIN; /* over a connection of its own, once */
	}
	if (rc == REPLY)
		rc = reply(c);
	else if (rc >= 0)
		rc = rc == CLOSE_CONNECTION ? GI_NET : GI_FORMAT; /* MESSAGE_ERROR among them */
	if (rc < 0)
		hang_up(c); /* what comes there yet belongs to no call */
	return rc;
}

int gi_resolve(gi_client *c, const gi_ref *root, const char *name, gi_ref *found)
{
	gi_ulong n = 1;
	const char *at, *end;
	char part[GI_MAXID];
	int rc;

	for (at = name; *at; at++)
		n += *at == '/';
	gi_begin(c, root, "resolve");
	do {
		gi_buf *w = gi_args(c);
		gi_put_ulong(w, n);
		for (at = name;; at = end + 1) {
			end = strchr(at, '/');
			if (!end)
				end = at + strlen(at);
			if (end - at >= (long)sizeof part)
				return GI_LIMIT;
			memcpy(part, at, (size_t)(end - at));
			part[end - at] = 0;
			gi_put_string(w, part);
			gi_put_string(w, ""); /* no kind */
			if (!*end)
				break;
		}
		rc = gi_call(c);
	} while (rc == GI_AGAIN);
	if (rc != GI_OK)
		return rc;
	gi_get_ref(&c->in, found);
	return c->in.err;
}

const char *gi_text(int rc)
{
	switch (rc) {
	case GI_OK: return "good";
	case GI_USER: return "the operation raised an exception";
	case GI_SYSTEM: return "a system exception";
	case GI_NET: return "no connection, or it has failed";
	case GI_TIME: return "no reply in time";
	case GI_FORMAT: return "what came is no GIOP, or not what was expected";
	case GI_LIMIT: return "more than this client takes: of a message, a key, a host's name, or forwards";
	case GI_URL: return "no corbaloc URL";
	}
	return "unknown";
}
