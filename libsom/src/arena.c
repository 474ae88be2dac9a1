/*
 * arena.c: where rows lie. A class that introduces anything owns a range of tokens, the same in all rows: its id, the offset of
 * its data, its methods. A row holds the ranges of its class's ancestors and is full of holes between them, which other
 * rows fill: all lie in one reserved stretch of memory, at the first origin where no word that is used meets another.
 * Rows and tokens never move. Behind the rows lies a stretch of zeros as long as the largest token, so that asking any
 * row for any token reads memory that is there.
 *
 * All of it is used under the kernel's lock; rows are read by everybody, and written before their class is known.
 */
#define _DEFAULT_SOURCE
#include "kernel.h"

#if UINTPTR_MAX > UINT32_MAX && !defined(_WIN32)
enum { ROW_WORDS = 1 << 25, TOKEN_WORDS = 1 << 22 }; /* 256 and 32 MiB of addresses */
#else
enum { ROW_WORDS = 1 << 21, TOKEN_WORDS = 1 << 19 };
#endif
enum { GROW = 1 << 15 }; /* words made writable at a time */

static void **arena;      /* ROW_WORDS + TOKEN_WORDS, readable */
static uint64_t *used;    /* a bit for each word of the arena */
static uint32_t writable; /* words of the arena */
static uint32_t low;      /* no origin is free below */
static uint32_t top = 1;  /* the first token never used; 0 is the class object's */
static struct { uint32_t at, words; } spans[1 << 12]; /* tokens that were given back; beyond so many they are lost to the process */
static uint32_t nspans;
char *freed_row;

/* Zeroed memory for reading, or NULL; only what is made writable is counted by the system. */
#ifdef _WIN32
#include <windows.h>
static void *reserve(size_t n) { return VirtualAlloc(NULL, n, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE); }
static bool make_writable(void *p, size_t n) { return p && n; }
#else
#include <sys/mman.h>
static void *reserve(size_t n) {
	void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}
static bool make_writable(void *p, size_t n) { return mprotect(p, n, PROT_READ | PROT_WRITE) == 0; }
#endif

static bool grow(uint32_t words) {
	uint32_t to = (words + GROW - 1) / GROW * GROW, octets = (ROW_WORDS + TOKEN_WORDS) / 8 + 8;
	if (to <= writable) return true;
	if (!arena && !(arena = reserve((size_t)(ROW_WORDS + TOKEN_WORDS) * WORD_SIZE))) return false;
	if (!used && (!(used = reserve(octets)) || !make_writable(used, octets))) return false;
	if (to > ROW_WORDS || !make_writable(arena + writable, (size_t)(to - writable) * WORD_SIZE)) return false;
	writable = to;
	return true;
}

som_tok tokens_take(uint32_t words, som_env *ev) {
	for (uint32_t i = 0; i < nspans; i++) {
		if (spans[i].words < words) continue;
		uint32_t at = spans[i].at;
		spans[i].at += words, spans[i].words -= words;
		if (spans[i].words == 0) spans[i] = spans[--nspans];
		return (som_tok)at * WORD_SIZE;
	}
	if (words > TOKEN_WORDS - top)
		return fail(ev, SOM_E_METHODS, "the process has no tokens left for %u methods: it can have %u in all classes", words, TOKEN_WORDS), 0;
	top += words;
	return (som_tok)(top - words) * WORD_SIZE;
}

void tokens_give(som_tok at, uint32_t words) {
	uint32_t first = (uint32_t)(at / WORD_SIZE);
	if (first + words == top)
		top = first;
	else if (nspans < sizeof spans / sizeof spans[0]) spans[nspans].at = first, spans[nspans++].words = words;
}

static uint32_t range_words(const klass *k) { return 2 + k->slots; }
static uint32_t range_at(const klass *k) { return (uint32_t)(k->base / WORD_SIZE); }

/* The 64 bits from any place. */
static uint64_t bits_at(uint32_t at) {
	uint32_t i = at / 64, shift = at % 64;
	return shift ? used[i] >> shift | used[i + 1] << (64 - shift) : used[i];
}

/* Which of 64 origins are taken for a's range of words, and which were before: bit i stands for at + i. */
static uint64_t taken(const klass *a, uint32_t at, uint64_t bits) {
	for (uint32_t w = at + range_at(a), end = w + range_words(a); w < end && ~bits; w++)
		bits |= bits_at(w);
	return bits;
}

/* Marks the words of a row as used or free. Zero is what they hold in between. */
static void mark(const klass *k, uint32_t origin, bool use) {
	for (uint32_t c = 0; c <= k->info.norder; c++) {
		const klass *a = c < k->info.norder ? order_at(k, c) : NULL; /* NULL: the word of the class object */
		uint32_t w = origin + (a ? range_at(a) : 0), end = w + (a ? range_words(a) : 1);
		for (; w < end; w++) {
			used[w / 64] = use ? used[w / 64] | UINT64_C(1) << w % 64 : used[w / 64] & ~(UINT64_C(1) << w % 64);
			if (!use) __atomic_store_n(&arena[w], NULL, __ATOMIC_RELAXED); /* others read it, too, where they look for a class */
		}
	}
}

char *row_place(const klass *k, som_env *ev) {
	uint32_t last = 0;
	for (uint32_t c = 0; c < k->info.norder; c++) {
		uint32_t end = range_at(order_at(k, c)) + range_words(order_at(k, c));
		last = end > last ? end : last;
	}
	if (!grow(1)) return no_memory(ev, "the arena of method tables"), NULL;
	const klass *root = order_at(k, k->info.norder - 1); /* every row has its range, behind the class object's word */
	for (uint32_t at = low * 64; at + 64 + last <= ROW_WORDS; at += 64) {
		uint64_t bits = taken(root, at, bits_at(at));
		low += ~bits == 0 && low == at / 64; /* no row has an origin here any more */
		for (uint32_t c = 0; c + 1 < k->info.norder && ~bits; c++)
			bits = taken(order_at(k, c), at, bits);
		if (~bits == 0) continue;
		uint32_t origin = at + (uint32_t)__builtin_ctzll(~bits);
		if (!grow(origin + last)) break;
		mark(k, origin, true);
		return (char *)(arena + origin);
	}
	return fail(ev, SOM_E_MEMORY, "the arena of method tables (%d words) has no room for the table of class %s", ROW_WORDS, k->info.name), NULL;
}

void row_give(const klass *k, char *row) {
	uint32_t origin = (uint32_t)((void **)row - arena);
	mark(k, origin, false);
	if (origin / 64 < low) low = origin / 64;
}

bool freed_row_make(void) {
	LOCKED;
	if (freed_row) return true;
	char *row = reserve((size_t)TOKEN_WORDS * WORD_SIZE);
	if (!row || !make_writable(row, (size_t)TOKEN_WORDS * WORD_SIZE)) return false;
	*(som_class **)row = C(object_class);
	__atomic_store_n(&freed_row, row, __ATOMIC_RELEASE);
	for (klass *k = all_classes; k; k = k->next)
		freed_row_fill(k);
	return true;
}

void freed_row_fill(const klass *k) {
	for (uint32_t i = 0; i < k->slots; i++)
		*word_at(freed_row, slot_token(k, i)) = (som_proc *)freed_call;
}
