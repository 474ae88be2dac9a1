/* The class Till, which adds up. */
#include "till.ih.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static void Till_do_somDefaultInit(som_ref self, som_env *ev) {
	(void)ev;
	Till_data(self)->sum = 0;
}

static int32_t Till_do_add(som_ref self, som_env *ev, int32_t n) {
	(void)ev;
	return Till_data(self)->sum += n;
}

/* Whether the call is carried out by the thread that main runs in. */
static uint8_t Till_do_in_main(som_ref self, som_env *ev, uint8_t really) {
	(void)self, (void)ev;
	return really && syscall(SYS_gettid) == getpid();
}

/* Makes a file, and returns when it is gone. */
static char *Till_do_hold(som_ref self, som_env *ev, const char *file) {
	FILE *f = fopen(file, "w");
	(void)self, (void)ev;
	if (!f) return som_string_copy("no file");
	fclose(f);
	while (access(file, F_OK) == 0) usleep(1000);
	return som_string_copy("held");
}
