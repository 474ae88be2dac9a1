/* giopos.h: what the client asks of the system: sockets that are read and written with a deadline.
   All that differs between systems is in giopos.c. C89. */
#ifndef GIOPOS_H
#define GIOPOS_H

/* A connection; OS_NONE is none. */
typedef long os_conn;
#define OS_NONE (-1L)

/* os_start makes the network ready, once in a program. It returns 0, or -1 if there is none. */
int os_start(void);

/* os_end gives up what os_start took. */
void os_end(void);

/* os_dial connects to a host, a name or an address with points, and returns OS_NONE if that fails. How long it tries is the
   system's decision. */
os_conn os_dial(const char *host, unsigned short port);

/* os_read reads n octets, and os_write writes them. Each piece may take wait seconds. They return 0; -1 if the connection has
   failed or ended, -2 if the time is over. */
int os_read(os_conn c, unsigned char *b, unsigned long n, int wait);
int os_write(os_conn c, const unsigned char *b, unsigned long n, int wait);

/* os_quiet reports whether nothing has come over a connection that is not used: neither octets nor its end. */
int os_quiet(os_conn c);

/* os_close closes a connection. */
void os_close(os_conn c);

#endif
