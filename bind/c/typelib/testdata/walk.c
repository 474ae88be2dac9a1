/* walk.c: reads all there is in a typelib, then in each that it becomes by damage to one octet or by an end at another place. To be run with
 * a sanitizer: each copy has memory of just its size. */
#include "../somt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much there was to be read. */
static unsigned long walk(const uint8_t *b, size_t n) {
	unsigned long seen = 0;
	somt *t = somt_open(b, n);
	if (!t) return 0;
	for (uint32_t i = 0; i <= somt_count(t) + 1; i++) {
		somt_decl d;
		if (!somt_at(t, i, &d)) continue;
		seen += 1 + strlen(d.name);
		for (uint32_t k = 0; k < 8; k++) {
			const char *doc = somt_doc(t, i, k);
			if (doc) seen += strlen(doc);
		}
		somt_method m;
		char get[300];
		snprintf(get, sizeof get, "_set_%.250s", d.name);
		const char *ways[] = {d.name, get, get};
		for (int w = 0; w < 3; w++) {
			if (w == 2) memcpy(get, "_get_", 5);
			if (d.scope == 0 || !somt_method_of(t, d.scope, ways[w], &m)) continue;
			somt_type type;
			somt_passing p;
			seen += (unsigned long)somt_resolve(t, m.result.type, &type);
			for (uint32_t k = 0; k < 100 && somt_param(t, &m, k, &p); k++)
				seen += strlen(p.name) + (unsigned long)somt_resolve(t, p.type, &type);
		}
		if (d.scope == 0) seen += somt_find(t, d.name);
	}
	somt_close(t);
	return seen;
}

static unsigned long copy(const uint8_t *b, size_t n, size_t at, uint8_t mask) {
	uint8_t *c = malloc(n ? n : 1);
	memcpy(c, b, n);
	if (at < n) c[at] ^= mask;
	unsigned long seen = walk(c, n);
	free(c);
	return seen;
}

int main(int argc, char **argv) {
	static uint8_t b[1 << 20];
	FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
	size_t n = f ? fread(b, 1, sizeof b, f) : 0;
	if (f) fclose(f);
	unsigned long whole = copy(b, n, n, 0), damaged = 0;
	for (size_t i = 0; i < n; i++) {
		static const uint8_t masks[] = {1, 0x80, 0xff};
		for (size_t k = 0; k < sizeof masks; k++)
			damaged += copy(b, n, i, masks[k]);
		copy(b, i, i, 0);
	}
	printf("%s\n", whole > 20 && damaged > whole ? "read" : "nothing read");
	return 0;
}
