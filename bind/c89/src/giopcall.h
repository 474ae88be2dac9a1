/* giopcall.h: calls of CORBA objects by IIOP 1.0 (CORBA 2.0, chapter 12). C89 and sockets.

   One thread uses a client at a time. There is no memory but what the caller has: gi_client is large, and belongs into static memory
   where stacks are small.

	   gi_begin(&c, &ref, "deposit");
	   do {
		   w = gi_args(&c);
		   gi_put_double(w, 12.5);
		   rc = gi_call(&c);
	   } while (rc == GI_AGAIN);

   With GI_OK results are read from c.in, with GI_USER the members of the exception c.exception, and c.in.err is looked at when all is
   read. */
#ifndef GIOPCALL_H
#define GIOPCALL_H

#include "giopcdr.h"
#include "giopos.h"

#define GI_MAXHOST 256 /* octets of a host's name, with its end */
#define GI_MAXKEY 1024 /* octets of an object's key */
#define GI_MAXID 256   /* octets of a repository id, with its end */
#define GI_HOPS 8      /* how often a call is forwarded */

/* A gi_ref says where an object is. */
typedef struct gi_ref {
	char host[GI_MAXHOST]; /* "": it is nil */
	unsigned short port;
	gi_ulong keylen;
	gi_octet key[GI_MAXKEY];
} gi_ref;

typedef struct gi_client {
	int little; /* the order in which it writes; gi_start sets the machine's own */
	int wait;   /* seconds that a peer may be silent; gi_start sets 60 */

	gi_buf in;                /* the reply's body */
	char exception[GI_MAXID]; /* the id of the exception that was raised */
	gi_ulong minor, completed; /* of a system exception; completed is 0 yes, 1 no, 2 maybe */

	/* what follows is its own */
	os_conn conn;
	char host[GI_MAXHOST];
	unsigned short port;
	gi_ref to;    /* where the call goes */
	gi_ref given; /* what it was begun with */
	const char *operation;
	gi_ulong id;
	int hops;
	int fresh; /* the connection was made for this call */
	gi_buf out;
	gi_octet outmem[GI_MAXMSG];
	gi_octet inmem[GI_MAXMSG];
} gi_client;

/* gi_start makes a client ready. os_start was called before. */
void gi_start(gi_client *c);

/* gi_end closes its connection. */
void gi_end(gi_client *c);

/* gi_url reads a URL of the form corbaloc::host:port/key, also corbaloc:iiop:1.0@host:port/key: one address, the port is 2809 if none is
   named, and in the key %41 is A. It returns GI_OK, GI_URL or GI_LIMIT. */
int gi_url(const char *url, gi_ref *ref);

/* gi_get_ref reads a reference: the first of its IIOP profiles. One without is an error, a nil one is not. */
void gi_get_ref(gi_buf *r, gi_ref *ref);

/* gi_begin begins a call. operation stays the caller's, until the call's end. */
void gi_begin(gi_client *c, const gi_ref *ref, const char *operation);

/* gi_args begins the request, and returns where its arguments are written. */
gi_buf *gi_args(gi_client *c);

/* gi_call sends the request and waits for its reply. */
int gi_call(gi_client *c);

/* gi_resolve finds an object by its name in a naming service (CosNaming::NamingContext::resolve): names with slashes between. */
int gi_resolve(gi_client *c, const gi_ref *root, const char *name, gi_ref *found);

/* gi_text says what a return value means. */
const char *gi_text(int rc);

#endif
