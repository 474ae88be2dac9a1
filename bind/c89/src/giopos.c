/* giopos.c: the system's sockets, in the form that BSD gave them. For another system this file alone is changed. */

#if defined(__OS2__) || defined(OS2)
#define BSD_SELECT /* select takes fd_set, as elsewhere */
#include <types.h>
#include <string.h>
#include <sys/types.h>
#include <sys/time.h>
#include <sys/socket.h>
#include <sys/select.h>
#include <netinet/in.h>
#include <netdb.h>
#include <unistd.h>
typedef int os_socket;
#define OS_BAD(s) ((s) < 0)
#define OS_CLOSE(s) soclose((int)(s))
#elif defined(_WIN32)
#include <winsock2.h>
#include <string.h>
typedef SOCKET os_socket;
#define OS_BAD(s) ((s) == INVALID_SOCKET)
#define OS_CLOSE(s) closesocket((os_socket)(s))
#else
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* with -std=c89 the headers show nothing of BSD else */
#endif
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <sys/time.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <unistd.h>
typedef int os_socket;
#define OS_BAD(s) ((s) < 0)
#define OS_CLOSE(s) close((int)(s))
#endif

#include "giopos.h"

#ifndef INADDR_NONE
#define INADDR_NONE 0xffffffffUL
#endif

int os_start(void)
{
#if defined(__OS2__) || defined(OS2)
	return sock_init() == 0 ? 0 : -1;
#elif defined(_WIN32)
	WSADATA data;
	return WSAStartup(0x0101, &data) == 0 ? 0 : -1;
#else
	signal(SIGPIPE, SIG_IGN); /* a peer that has gone is an error of os_write, and ends nobody */
	return 0;
#endif
}

void os_end(void)
{
#if defined(_WIN32)
	WSACleanup();
#endif
}

os_conn os_dial(const char *host, unsigned short port)
{
	struct sockaddr_in to;
	struct hostent *h;
	os_socket s;

	memset(&to, 0, sizeof to);
	to.sin_family = AF_INET;
	to.sin_port = htons(port);
	to.sin_addr.s_addr = inet_addr((char *)host);
	if (to.sin_addr.s_addr == (unsigned int)INADDR_NONE) {
		h = gethostbyname((char *)host);
		if (h == NULL || h->h_addrtype != AF_INET || h->h_length != (int)sizeof to.sin_addr)
			return OS_NONE;
		memcpy(&to.sin_addr, h->h_addr_list[0], sizeof to.sin_addr);
	}
	s = socket(AF_INET, SOCK_STREAM, 0);
	if (OS_BAD(s))
		return OS_NONE;
#if !defined(_WIN32) && !defined(__OS2__) && !defined(OS2)
	if (s >= FD_SETSIZE) { /* select cannot wait for it */
		OS_CLOSE(s);
		return OS_NONE;
	}
#endif
	if (connect(s, (struct sockaddr *)&to, sizeof to) != 0) {
		OS_CLOSE(s);
		return OS_NONE;
	}
	return (os_conn)s;
}

/* ready waits until a connection can be read or written: 1, 0 if the time is over, -1 if the system fails. */
static int ready(os_conn c, int writing, int wait)
{
	fd_set set;
	struct timeval t;
	int n;

	FD_ZERO(&set);
	FD_SET((os_socket)c, &set);
	t.tv_sec = wait;
	t.tv_usec = 0;
	n = select((int)c + 1, writing ? NULL : &set, writing ? &set : NULL, NULL, &t);
	return n < 0 ? -1 : n > 0;
}

/* Pieces are no longer than the int that recv and send take of all systems. */
static int piece(unsigned long n)
{
	return n > 16384UL ? 16384 : (int)n;
}

int os_read(os_conn c, unsigned char *b, unsigned long n, int wait)
{
	while (n > 0) {
		int r = ready(c, 0, wait);
		if (r <= 0)
			return r == 0 ? -2 : -1;
		r = (int)recv((os_socket)c, (char *)b, piece(n), 0);
		if (r <= 0)
			return -1;
		b += r;
		n -= (unsigned long)r;
	}
	return 0;
}

int os_write(os_conn c, const unsigned char *b, unsigned long n, int wait)
{
	while (n > 0) {
		int r = ready(c, 1, wait);
		if (r <= 0)
			return r == 0 ? -2 : -1;
		r = (int)send((os_socket)c, (char *)b, piece(n), 0);
		if (r <= 0)
			return -1;
		b += r;
		n -= (unsigned long)r;
	}
	return 0;
}

int os_quiet(os_conn c)
{
	return ready(c, 0, 0) == 0;
}

void os_close(os_conn c)
{
	if (c != OS_NONE)
		OS_CLOSE(c);
}
