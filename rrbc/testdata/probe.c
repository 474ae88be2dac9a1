/* probe.c: see probe.h. */
#include "probe.h"

#include <stdlib.h>

void probe_members(const som_env *ev) {
	if (ev->major == SOM_USER_EXCEPTION && ev->value)
		printf(" of %d\n", *(const int32_t *)ev->value);
	else
		puts("");
}

static void raised(const char *label, int32_t arg, som_env *ev) {
	printf("%s(%d) raised %s", label, arg, ev->code ? som_code_name(ev->code) : ev->id);
	probe_members(ev);
	printf("# %s\n", ev->text ? ev->text : "");
	som_env_clear(ev);
}

void probe_number(const char *label, int32_t arg, int32_t result, som_env *ev) {
	if (ev->major)
		raised(label, arg, ev);
	else
		printf("%s(%d) = %d\n", label, arg, result);
}

void probe_text(const char *label, const char *result, som_env *ev) {
	if (ev->major)
		raised(label, 0, ev);
	else
		printf("%s(0) = %s\n", label, result);
}

void probe_refused(const char *cls, som_env *ev) {
	printf("%s refused %s\n", cls, som_code_name(ev->code));
	printf("# %s\n", ev->text ? ev->text : "");
	som_env_clear(ev);
}

void probe_by_name(const char *label, som_ref o, const char *method, int32_t arg) {
	som_env ev = {0};
	som_value in, out;
	memset(&in, 0, sizeof in);
	memset(&out, 0, sizeof out);
	in.i = arg;
	som_found f;
	memset(&f, 0, sizeof f);
	f.size_of = sizeof f;
	if (som_lookup(som_class_of(o), method, &f, &ev) == SOM_OK && f.sig && (strncmp(f.sig, "i:i", 3) || (f.sig[3] && f.sig[3] != '/'))) {
		printf("%s is called otherwise\n", label);
		return;
	}
	if (!ev.major) som_invoke(o, method, &in, 1, &out, &ev);
	probe_number(label, arg, out.i, &ev);
}

void probe_is(const char *cls, const char *of, int yes) { printf("%s is %s: %s\n", cls, of, yes ? "true" : "false"); }

void probe_find(const char *cls) {
	som_env ev = {0};
	som_class *c = som_class_named(cls, &ev);
	printf("find %s: %s\n", cls, c ? "true" : "false");
	if (ev.text) printf("# %s\n", ev.text);
	som_env_clear(&ev);
	som_release((som_ref)c);
}

static void list(const char *name, const char *what, const som_class *const *all, uint32_t n) {
	printf("%s %s", name, what);
	for (uint32_t i = 0; i < n; i++)
		printf(" %s", som_class_describe(all[i])->name);
	puts("");
}

static const char *base(const char *file) {
	const char *slash = file ? strrchr(file, '/') : NULL;
	return slash ? slash + 1 : file ? file : "no library";
}

static void methods(const char *name, const som_class_info *of) {
	static const char *const kinds[] = {"", "/nonstatic", "/procedure"};
	if (!strncmp(of->name, "SOM", 3)) return;
	printf("%s has of %s", name, of->name);
	for (uint32_t i = 0; i < of->nintroduces; i++) {
		const som_method_info *m = &of->introduces[i];
		if (m->migrated)
			printf(" %s>%s", m->name, som_class_describe(m->migrated)->name);
		else
			printf(" %s%s", m->name, kinds[m->kind]);
	}
	puts("");
}

/* Whose implementations stand in the table. */
static void owners(const som_class *c, const som_class_info *of) {
	for (uint32_t i = 0; strncmp(of->name, "SOM", 3) && i < of->nintroduces; i++) {
		char qualified[600];
		som_found f;
		memset(&f, 0, sizeof f);
		f.size_of = sizeof f;
		snprintf(qualified, sizeof qualified, "%s::%s", of->name, of->introduces[i].name);
		if (som_lookup(c, qualified, &f, NULL) == SOM_OK && f.token)
			printf("%s runs %s of %s\n", som_class_describe(c)->name, qualified, f.owner ? som_class_describe(f.owner)->name : "nobody");
	}
}

void probe_class(const som_class *c) {
	const som_class_info *i = som_class_describe(c);
	printf("%s version %u.%u of %s in %s\n", i->name, i->major, i->minor, som_class_describe(som_class_of(&c->object))->name, base(i->library));
	list(i->name, "parents", i->parents, i->nparents);
	list(i->name, "order", i->order, i->norder);
	list(i->name, "inits", i->inits, i->ninits);
	printf("%s size %llu:", i->name, (unsigned long long)i->data_size);
	for (uint32_t n = 0; n < i->nlayout; n++)
		printf(" %s@%llu", som_class_describe(i->layout[n].cls)->name, (unsigned long long)i->layout[n].offset);
	puts("");
	for (uint32_t n = 0; n < i->norder; n++)
		methods(i->name, som_class_describe(i->order[n]));
	for (uint32_t n = 0; n < i->norder; n++)
		owners(c, som_class_describe(i->order[n]));
}

/* ---- Memory ---- */

enum { BLOCKS = 1 << 16 };
static void *blocks[BLOCKS];
static int live, wrong, live_before, wrong_before;

static void *take(size_t n) {
	void *p = malloc(n);
	for (int i = 0; p && i < BLOCKS; i++) {
		if (blocks[i]) continue;
		blocks[i] = p;
		live++;
		return p;
	}
	return NULL;
}

static void give(void *p) {
	for (int i = 0; p && i < BLOCKS; i++) {
		if (blocks[i] != p) continue;
		blocks[i] = NULL;
		live--;
		free(p);
		return;
	}
	wrong += p != NULL;
}

void probe_ledger_open(void) {
	live_before = live;
	wrong_before = wrong;
}

void probe_ledger(const char *label) { printf("%s leaves %d blocks, %d freed that were none\n", label, live - live_before, wrong - wrong_before); }

int probe_main(int argc, char **argv, const probe_row *rows) {
	if (getenv("LEDGER")) {
		som_hooks h = {.size_of = sizeof h, .allocate = take, .deallocate = give};
		if (som_set_hooks(&h, NULL) != SOM_OK) return 3;
	}
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* what was said before a crash is to be seen */
	for (; rows->id; rows++) {
		if (argc == 2 && !strcmp(rows->id, argv[1])) {
			rows->run();
			return 0;
		}
	}
	return 2;
}
