/* giopcdr.h: values in CORBA's transfer syntax (CORBA 2.0, 12.3), in either order of octets. C89, without long long. */
#ifndef GIOPCDR_H
#define GIOPCDR_H

#include <limits.h>

typedef unsigned char gi_octet;
typedef unsigned short gi_ushort;
#if UINT_MAX == 0xffffffffU
typedef unsigned int gi_ulong;
typedef int gi_long;
#else
typedef unsigned long gi_ulong; /* a compiler for 16 bits */
typedef long gi_long;
#endif

/* What a function returns: 0, or why it failed. */
enum {
	GI_OK = 0,
	GI_AGAIN = 1,   /* gi_call: the object is elsewhere; marshal the request again */
	GI_USER = 2,    /* the operation raised an exception of its IDL */
	GI_SYSTEM = 3,  /* a system exception */
	GI_NET = -1,    /* no connection, or it has failed */
	GI_TIME = -2,   /* no reply within the client's wait */
	GI_FORMAT = -3, /* what came is no GIOP, or not what was expected */
	GI_LIMIT = -4,  /* more than GI_MAXMSG, GI_MAXKEY, GI_MAXHOST, or forwarded more than GI_HOPS times */
	GI_URL = -5     /* no corbaloc URL that is understood */
};

/* The most octets of a message, either way. */
#define GI_MAXMSG 65536UL

/* A gi_buf is a message that is written or read. The first thing that fails stays: all that follows does nothing, and err tells it
   once, at the end. Whoever uses it says which memory it has. */
typedef struct gi_buf {
	gi_octet *b;
	gi_ulong cap; /* written: the room that there is */
	gi_ulong len; /* what is written, or is to be read */
	gi_ulong pos; /* where reading is */
	int little;   /* the order of its octets */
	int err;
} gi_buf;

/* gi_native is 1 where the machine has the lowest octet first, and 0 where it has the highest. */
int gi_native(void);

void gi_put_octet(gi_buf *w, gi_octet v);
void gi_put_ushort(gi_buf *w, gi_ushort v);
void gi_put_ulong(gi_buf *w, gi_ulong v);
void gi_put_double(gi_buf *w, double v); /* IEEE 754 machines */
void gi_put_octets(gi_buf *w, const gi_octet *b, gi_ulong n);
void gi_put_string(gi_buf *w, const char *s);

gi_octet gi_get_octet(gi_buf *r);
gi_ushort gi_get_ushort(gi_buf *r);
gi_ulong gi_get_ulong(gi_buf *r);
double gi_get_double(gi_buf *r);

/* gi_get_octets returns where a sequence of octets is, and its length. It lies in the buffer. */
const gi_octet *gi_get_octets(gi_buf *r, gi_ulong *n);

/* gi_get_string returns a string that lies in the buffer: good until that has the next message. It is never NULL. */
const char *gi_get_string(gi_buf *r);

/* gi_inside returns an encapsulation as a buffer of its own, in its own order. */
gi_buf gi_inside(gi_buf *r);

#endif
