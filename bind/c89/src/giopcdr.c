/* giopcdr.c: CORBA's transfer syntax. Every length is held against the octets that are left, before anything is read. */
#include "giopcdr.h"

#include <string.h>

int gi_native(void)
{
	gi_ulong one = 1;
	return *(gi_octet *)&one == 1;
}

/* room makes room for n octets at a multiple of align, and returns where they go; NULL if there is none. */
static gi_octet *room(gi_buf *w, gi_ulong align, gi_ulong n)
{
	gi_ulong pad = (align - w->len % align) % align;
	gi_octet *at;

	if (w->err)
		return NULL;
	if (w->cap - w->len < pad || w->cap - w->len - pad < n) {
		w->err = GI_LIMIT;
		return NULL;
	}
	memset(w->b + w->len, 0, (size_t)pad);
	at = w->b + w->len + pad;
	w->len += pad + n;
	return at;
}

/* here returns where n octets at a multiple of align are; NULL if the message ends before. */
static const gi_octet *here(gi_buf *r, gi_ulong align, gi_ulong n)
{
	gi_ulong pad = (align - r->pos % align) % align;
	const gi_octet *at;

	if (r->err)
		return NULL;
	if (r->len - r->pos < pad || r->len - r->pos - pad < n) {
		r->err = GI_FORMAT;
		return NULL;
	}
	at = r->b + r->pos + pad;
	r->pos += pad + n;
	return at;
}

void gi_put_octet(gi_buf *w, gi_octet v)
{
	gi_octet *p = room(w, 1, 1);
	if (p)
		p[0] = v;
}

void gi_put_ushort(gi_buf *w, gi_ushort v)
{
	gi_octet *p = room(w, 2, 2);
	if (p) {
		p[!w->little] = (gi_octet)(v & 0xff);
		p[w->little] = (gi_octet)(v >> 8 & 0xff);
	}
}

void gi_put_ulong(gi_buf *w, gi_ulong v)
{
	gi_octet *p = room(w, 4, 4);
	int i;

	if (p)
		for (i = 0; i < 4; i++)
			p[w->little ? i : 3 - i] = (gi_octet)(v >> 8 * i & 0xff);
}

void gi_put_double(gi_buf *w, double v)
{
	gi_octet *p = room(w, 8, 8);
	gi_octet own[8];
	int i;

	if (p) {
		memcpy(own, &v, 8);
		for (i = 0; i < 8; i++)
			p[w->little == gi_native() ? i : 7 - i] = own[i];
	}
}

void gi_put_octets(gi_buf *w, const gi_octet *b, gi_ulong n)
{
	gi_octet *p;

	gi_put_ulong(w, n);
	p = room(w, 1, n);
	if (p && n)
		memcpy(p, b, (size_t)n);
}

void gi_put_string(gi_buf *w, const char *s)
{
	gi_put_octets(w, (const gi_octet *)s, (gi_ulong)strlen(s) + 1);
}

gi_octet gi_get_octet(gi_buf *r)
{
	const gi_octet *p = here(r, 1, 1);
	return p ? p[0] : 0;
}

gi_ushort gi_get_ushort(gi_buf *r)
{
	const gi_octet *p = here(r, 2, 2);
	return p ? (gi_ushort)(p[!r->little] | p[r->little] << 8) : 0;
}

gi_ulong gi_get_ulong(gi_buf *r)
{
	const gi_octet *p = here(r, 4, 4);
	gi_ulong v = 0;
	int i;

	if (p)
		for (i = 0; i < 4; i++)
			v |= (gi_ulong)p[r->little ? i : 3 - i] << 8 * i;
	return v;
}

double gi_get_double(gi_buf *r)
{
	const gi_octet *p = here(r, 8, 8);
	gi_octet own[8];
	double v = 0;
	int i;

	if (p) {
		for (i = 0; i < 8; i++)
			own[r->little == gi_native() ? i : 7 - i] = p[i];
		memcpy(&v, own, 8);
	}
	return v;
}

const gi_octet *gi_get_octets(gi_buf *r, gi_ulong *n)
{
	const gi_octet *p;

	*n = gi_get_ulong(r);
	p = here(r, 1, *n);
	if (!p) {
		*n = 0;
		return (const gi_octet *)"";
	}
	return p;
}

const char *gi_get_string(gi_buf *r)
{
	gi_ulong n;
	const gi_octet *p = gi_get_octets(r, &n);

	if (!r->err && (n == 0 || p[n - 1] != 0 || memchr(p, 0, (size_t)n) != p + n - 1))
		r->err = GI_FORMAT;
	return r->err ? "" : (const char *)p;
}

gi_buf gi_inside(gi_buf *r)
{
	gi_buf in;
	gi_ulong n;
	const gi_octet *p = gi_get_octets(r, &n);

	memset(&in, 0, sizeof in);
	in.b = (gi_octet *)p; /* it is read, and never written */
	in.len = n;
	in.err = r->err;
	in.little = gi_get_octet(&in) & 1;
	return in;
}
