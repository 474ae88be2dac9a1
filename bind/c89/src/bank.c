/* bank.c: a client of the bank that dsom demo runs, in C89, for any system with sockets.

   usage: bank [-big | -little] [-wait SECONDS] URL [NAME]

   URL is that of a naming service, such as corbaloc::localhost:3053/NameService, and NAME the account's, bank/main if there is none. */
#include "giopcall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gi_client c; /* 128 KiB: too much for a stack */

/* say prints what a peer has sent, and nothing that a terminal heeds. */
static void say(const char *s)
{
	for (; *s; s++)
		putchar(*s >= ' ' && *s <= '~' ? *s : '?');
}

/* finish says how a call ended, and returns the program's status. */
static int finish(const char *what, int rc)
{
	if (rc == GI_OK && c.in.err)
		rc = c.in.err;
	if (rc == GI_OK)
		return 0;
	printf("%s: %s", what, gi_text(rc));
	if (rc == GI_USER || rc == GI_SYSTEM) {
		printf(" ");
		say(c.exception);
	}
	if (rc == GI_SYSTEM)
		printf(" minor 0x%lx completed %lu", (unsigned long)c.minor, (unsigned long)c.completed);
	printf("\n");
	return 1;
}

/* amount calls an operation that takes an amount, if it does, and leaves the reply in c.in. */
static int amount(const gi_ref *account, const char *operation, int takes, double v)
{
	int rc;

	gi_begin(&c, account, operation);
	do {
		gi_buf *w = gi_args(&c);
		if (takes)
			gi_put_double(w, v);
		rc = gi_call(&c);
	} while (rc == GI_AGAIN);
	return rc;
}

static int run(const char *url, const char *name)
{
	gi_ref root, account;
	double balance;
	int rc;

	rc = gi_url(url, &root);
	if (rc == GI_OK)
		rc = gi_resolve(&c, &root, name, &account);
	if (rc != GI_OK)
		return finish("resolve", rc);

	rc = amount(&account, "_get_owner", 0, 0);
	if (rc == GI_OK) {
		printf("owner ");
		say(gi_get_string(&c.in));
		printf("\n");
	}
	if (finish("owner", rc))
		return 1;

	rc = amount(&account, "deposit", 1, 12.5);
	if (finish("deposit", rc))
		return 1;
	printf("deposited 12.50\n");

	rc = amount(&account, "withdraw", 1, 2.25);
	balance = rc == GI_OK ? gi_get_double(&c.in) : 0;
	if (finish("withdraw", rc))
		return 1;
	printf("withdrawn 2.25, balance %.2f\n", balance);

	rc = amount(&account, "_get_balance", 0, 0);
	balance = rc == GI_OK ? gi_get_double(&c.in) : 0;
	if (finish("balance", rc))
		return 1;
	printf("balance %.2f\n", balance);

	rc = amount(&account, "withdraw", 1, 1e9);
	if (rc != GI_USER || strcmp(c.exception, "IDL:Bank/InsufficientFunds:1.0") != 0)
		return finish("withdraw 1e9", rc) || finish("withdraw 1e9 was allowed", GI_FORMAT);
	balance = gi_get_double(&c.in);
	if (c.in.err)
		return finish("withdraw 1e9", c.in.err);
	printf("InsufficientFunds, balance %.2f\n", balance);

	rc = amount(&account, "no_such_operation", 0, 0);
	if (rc != GI_SYSTEM)
		return finish("no_such_operation", rc) || finish("no_such_operation was carried out", GI_FORMAT);
	say(c.exception);
	printf(" completed %lu\n", (unsigned long)c.completed);
	return 0;
}

int main(int argc, char **argv)
{
	int order = -1, wait = 0, status;

	for (; argc > 1 && argv[1][0] == '-'; argc--, argv++) {
		if (strcmp(argv[1], "-big") == 0) {
			order = 0;
		} else if (strcmp(argv[1], "-little") == 0) {
			order = 1;
		} else if (strcmp(argv[1], "-wait") == 0 && argc > 2) {
			wait = atoi(argv[2]);
			argc--;
			argv++;
		} else {
			argc = 0; /* the usage is told */
			break;
		}
	}
	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: bank [-big | -little] [-wait SECONDS] URL [NAME]\n");
		return 2;
	}
	if (os_start() != 0) {
		fprintf(stderr, "bank: there is no network\n");
		return 1;
	}
	gi_start(&c);
	if (order >= 0)
		c.little = order;
	if (wait > 0)
		c.wait = wait;
	status = run(argv[1], argc == 3 ? argv[2] : "bank/main");
	gi_end(&c);
	os_end();
	return status;
}
