/* ledger.c: counts the blocks that the kernel hands out, from the begin of the process on. */
#include "ledger.h"

#include <pthread.h>
#include <som.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCKS (1u << 16)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char free_again; /* where a block was in the table */
static void *blocks[BLOCKS];
static long live, wrong;

static unsigned at(const void *p) { return (unsigned)((uintptr_t)p >> 4) * 2654435761u % BLOCKS; }

static void *take(size_t n) {
	void *p = malloc(n);
	if (!p) return NULL;
	pthread_mutex_lock(&mutex);
	unsigned i = at(p), tries = 0;
	while (blocks[i] && blocks[i] != &free_again && tries++ < BLOCKS) i = (i + 1) % BLOCKS;
	if (tries >= BLOCKS) abort();
	blocks[i] = p;
	live++;
	pthread_mutex_unlock(&mutex);
	return p;
}

static void give(void *p) {
	if (!p) return;
	pthread_mutex_lock(&mutex);
	unsigned i = at(p), tries = 0;
	while (blocks[i] && blocks[i] != p && tries++ < BLOCKS) i = (i + 1) % BLOCKS;
	int found = blocks[i] == p;
	if (found) {
		blocks[i] = &free_again;
		live--;
	} else {
		wrong++;
	}
	pthread_mutex_unlock(&mutex);
	if (found) free(p);
}

long ledger_live(void) { return live; }
long ledger_wrong(void) { return wrong; }

long ledger_instances(const char *cls) {
	som_class *c = som_class_registered(cls, NULL);
	long n = c ? (long)som_class_instances(c) : -1;
	if (c) som_release((som_ref)c);
	return n;
}

__attribute__((constructor)) static void open_ledger(void) {
	som_hooks h = {.size_of = sizeof h, .allocate = take, .deallocate = give};
	if (som_set_hooks(&h, NULL) == SOM_OK) return;
	fputs("the kernel was used before its memory is counted\n", stderr);
	abort();
}
