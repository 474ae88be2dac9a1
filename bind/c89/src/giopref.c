/* giopref.c: references: in URLs (corbaloc, CORBA 2.3, 13.6) and in messages (IOR, CORBA 2.0, 10.6). */
#include "giopcall.h"

#include <stdlib.h>
#include <string.h>

static int hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* starts reports whether s begins with a word, and moves behind it. */
static int starts(const char **s, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*s, word, n) != 0)
		return 0;
	*s += n;
	return 1;
}

int gi_url(const char *url, gi_ref *ref)
{
	const char *s = url, *slash, *at, *colon;
	unsigned long port = 2809;
	size_t n;

	memset(ref, 0, sizeof *ref);
	if (!starts(&s, "corbaloc:"))
		return GI_URL;
	if (!starts(&s, "iiop:") && !starts(&s, ":"))
		return GI_URL;
	slash = strchr(s, '/');
	at = strchr(s, '@');
	if (!slash || memchr(s, ',', (size_t)(slash - s)) || *s == '[')
		return GI_URL; /* several addresses, or one of IPv6 */
	if (at && at < slash) {
		if (strncmp(s, "1.", 2) != 0)
			return GI_URL;
		s = at + 1;
	}
	colon = (const char *)memchr(s, ':', (size_t)(slash - s));
	if (colon) {
		char *end;
		port = strtoul(colon + 1, &end, 10);
		if (end == colon + 1 || end != slash || colon[1] < '0' || colon[1] > '9' || port == 0 || port > 65535UL)
			return GI_URL;
	}
	n = (size_t)((colon ? colon : slash) - s);
	if (n == 0)
		return GI_URL;
	if (n >= sizeof ref->host)
		return GI_LIMIT;
	for (slash++; *slash; slash++) {
		int c = (unsigned char)*slash;
		if (ref->keylen == GI_MAXKEY)
			return GI_LIMIT;
		if (c == '%') {
			int high = hex((unsigned char)slash[1]);
			int low = high < 0 ? -1 : hex((unsigned char)slash[2]);
			if (low < 0)
				return GI_URL;
			c = high << 4 | low;
			slash += 2;
		}
		ref->key[ref->keylen++] = (gi_octet)c;
	}
	memcpy(ref->host, s, n);
	ref->port = (unsigned short)port;
	return GI_OK;
}

/* take reads a profile of IIOP (CORBA 2.0, 12.7.2). What later versions have behind the key is left. */
static void take(gi_buf *in, gi_ref *ref)
{
	gi_octet major = gi_get_octet(in);
	const char *host;
	const gi_octet *key;
	gi_ulong n;
	gi_ushort port;

	gi_get_octet(in); /* minor: whichever it is, 1.0 may be spoken */
	host = gi_get_string(in);
	port = gi_get_ushort(in);
	key = gi_get_octets(in, &n);
	if (!in->err && major != 1)
		in->err = GI_FORMAT;
	if (!in->err && (strlen(host) >= sizeof ref->host || n > GI_MAXKEY))
		in->err = GI_LIMIT;
	if (in->err)
		return;
	strcpy(ref->host, host);
	ref->port = port;
	ref->keylen = n;
	memcpy(ref->key, key, (size_t)n);
}

void gi_get_ref(gi_buf *r, gi_ref *ref)
{
	gi_ulong n, skip;
	gi_ulong profiles;

	memset(ref, 0, sizeof *ref);
	gi_get_string(r); /* the type id */
	profiles = gi_get_ulong(r);
	for (n = profiles; n > 0 && !r->err; n--) {
		if (gi_get_ulong(r) == 0 && ref->host[0] == 0) { /* TAG_INTERNET_IOP */
			gi_buf in = gi_inside(r);
			take(&in, ref);
			if (in.err)
				r->err = in.err;
		} else {
			gi_get_octets(r, &skip);
		}
	}
	if (!r->err && profiles > 0 && ref->host[0] == 0)
		r->err = GI_FORMAT; /* it cannot be reached by IIOP */
}
