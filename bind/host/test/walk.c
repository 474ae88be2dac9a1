/* walk.c: uses classes by libsomhost alone: prints what a class is, and runs a class made below it. walk CLASS… prints each; then those of
 * zoo.idl are called and subclassed, if Zoo::Dog is among them. */
#include "../somhost.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static som_env ev;

static void fail(const char *what) {
	fprintf(stderr, "%s: %s %s\n", what, ev.id ? ev.id : "", ev.text ? ev.text : "");
	exit(1);
}

static void expect(int holds, const char *what) {
	if (!holds) fail(what);
}

static void name_type(const somh_type *t, int depth) {
	static const char *const names[SOMH_KINDS] = {[SOMH_NONE] = "none", [SOMH_VOID] = "void", [SOMH_BOOLEAN] = "boolean", [SOMH_OCTET] = "octet", [SOMH_CHAR] = "char",
		[SOMH_WCHAR] = "wchar", [SOMH_INT8] = "int8", [SOMH_SHORT] = "short", [SOMH_USHORT] = "ushort", [SOMH_LONG] = "long", [SOMH_ULONG] = "ulong",
		[SOMH_LONGLONG] = "longlong", [SOMH_ULONGLONG] = "ulonglong", [SOMH_FLOAT] = "float", [SOMH_DOUBLE] = "double", [SOMH_STRING] = "string",
		[SOMH_WSTRING] = "wstring", [SOMH_POINTER] = "pointer", [SOMH_MAKING] = "making"};
	if (names[t->kind]) printf("%s", names[t->kind]);
	switch (t->kind) {
	case SOMH_OBJECT: printf("%s", *t->name ? t->name : "object"); break;
	case SOMH_ENUM:
	case SOMH_EXCEPTION: printf("%s", t->name); break;
	case SOMH_STRUCT: printf("%s", t->name); break;
	case SOMH_UNION: printf("%s", t->name); break;
	case SOMH_SEQUENCE: printf("<"), name_type(t->elem, depth + 1), printf(">"); break;
	case SOMH_ARRAY: name_type(t->elem, depth + 1), printf("[%" PRIu64 "]", t->bound); break;
	}
}

static void print_members(const somh_type *t) {
	for (uint32_t i = 0; i < t->nmembers; i++) {
		printf("%s", i ? ", " : " ");
		if (t->kind != SOMH_ENUM) name_type(t->members[i].type, 0), printf(" ");
		printf("%s", t->members[i].name);
		if (t->kind != SOMH_ENUM) printf("@%u", t->members[i].offset);
	}
}

static void print(const somh_class *c) {
	printf("class %s %u.%u: %s\n ", c->name, c->major, c->minor, c->doc ? c->doc : "-");
	for (uint32_t i = 1; i < c->norder; i++)
		printf(" %s", c->order[i]->name);
	printf("\n");
	for (uint32_t i = 0; i < c->ntypes; i++) {
		printf("  type %s, %u octets:", c->types[i]->name, c->types[i]->size);
		print_members(c->types[i]);
		printf("\n");
	}
	for (uint32_t i = 0; i < c->nowns; i++)
		printf("  owns %s::%s\n", c->owns[i]->cls->name, c->owns[i]->name);
	for (uint32_t i = 0; i < c->nmethods; i++) {
		const somh_method *m = &c->methods[i];
		printf("  %s%s", m->name, m->why ? " cannot: " : "(");
		if (m->why) {
			printf("%s\n", m->why);
			continue;
		}
		for (uint32_t k = 0; k < m->nparams; k++) {
			const somh_param *p = &m->params[k];
			printf("%s%s", k ? ", " : "", p->direction == SOMH_OUT ? "out " : p->direction == SOMH_INOUT ? "inout " : "");
			name_type(p->type, 0);
			printf(" %s%s%s", p->name, p->owner == SOMH_OBJECTS ? " given" : "", p->nullable ? " or nothing" : "");
		}
		printf(") -> ");
		name_type(m->result.type, 0);
		printf("%s", m->result.owner == SOMH_OBJECTS ? " lent" : "");
		for (uint32_t k = 0; k < m->nraises; k++) {
			printf(" raises %s", m->raises[k]->id);
			print_members(m->raises[k]);
		}
		printf("%s%s%s\n", m->flags & SOMH_TOLD ? "" : " (by its signature)", m->flags & SOMH_INIT ? " initializer" : "", "");
		if (m->doc) printf("    %s\n", m->doc);
	}
}

/* ---- A class of one's own ---- */

typedef struct own { const char *name; const somh_class **is; const somh_method *speak; int begun, ended, ran; } own;

/* speak: what the class above says, and one more. */
static void handle(void *context, som_ref self, som_env *e, const som_value *args, som_value *result) {
	own *o = context;
	o->ran++;
	som_proc *proc = somh_above(*o->is, o->speak);
	somh_call(o->speak, proc, self, args, result, e);
	result->l++;
}
static void begin(som_ref self, som_env *e, void *context) { (void)self, (void)e, ((own *)context)->begun++; }
static void end(som_ref self, void *context) { (void)self, ((own *)context)->ended++; }

static const somh_class *define(own *o, const somh_class *parent) {
	struct somh_override overrides[] = {{o->speak, o}};
	somh_definition d = {.size_of = sizeof d, .noverrides = 1, .nparents = 1, .name = o->name, .parents = &parent, .overrides = overrides, .handler = handle, .begin = begin, .end = end, .context = o};
	const somh_class *c = somh_define(&d, &ev);
	if (!c) fail("define");
	*o->is = c;
	return c;
}

static int64_t speak(const somh_method *m, som_proc *proc, som_ref o, int64_t n) {
	som_value arg = {.l = n}, result;
	expect(somh_call(m, proc, o, &arg, &result, &ev) == SOM_OK && ev.major == 0, "speak");
	return result.l;
}

static void use(const somh_class *dog) {
	const somh_method *m = somh_find(dog, "speak", &ev);
	const somh_class *animal = somh_named("Zoo::Animal", &ev), *a, *b;
	expect(m && animal, "Zoo::Animal");
	own one = {"Zoo::Dog", &a, m, 0, 0, 0}, two = {"Second", &b, m, 0, 0, 0};
	expect(!strcmp(define(&one, dog)->name, "Zoo::Dog_2"), "the name of one that is taken");
	define(&two, a);
	som_ref d = som_new(dog->cls, &ev), o = som_new(b->cls, &ev);
	expect(d && o, "new");
	expect(speak(m, NULL, d, 3) == 7 && speak(m, NULL, o, 3) == 9, "a chain of three");
	expect(one.ran == 1 && two.ran == 1 && one.begun == 0 && two.begun == 1, "the nearest class begins an object");
	/* a host's super has passed over what is made here, and found the method in Dog or Animal */
	expect(speak(m, somh_proc(m, dog, b, o), o, 3) == 7 && speak(m, somh_proc(m, animal, b, o), o, 3) == 6, "super");
	expect(speak(m, somh_proc(m, animal, dog, d), d, 3) == 7, "nothing made between: the object's own");
	expect(speak(m, somh_proc(m, b, b, o), o, 3) == 9, "where it was found is the class itself");
	som_release(o);
	expect(two.ended == 1 && one.ended == 0, "the nearest class ends an object");
	own three = {"Third", &a, m, 0, 0, 0};
	expect(somh_override(b, m, &three, &ev) == SOM_OK, "another override");
	three.is = &b;
	o = som_new(b->cls, &ev);
	expect(speak(m, NULL, o, 3) == 9 && three.ran == 1 && two.ran == 2, "the later override runs");
	expect(somh_undefine(b, &ev) == SOM_E_BUSY, "ended with an instance");
	som_env_clear(&ev);
	som_release(o);
	expect(somh_undefine(b, &ev) == SOM_OK && somh_undefine(*one.is, &ev) == SOM_OK, "undefine");
	som_release(d);
	somh_definition bad = {.size_of = sizeof bad, .nparents = 1, .parents = &dog, .handler = handle, .context = &one, .name = "Zoo::Dog", .exact = 1};
	expect(!somh_define(&bad, &ev) && ev.code == SOM_E_NAME, "a name that is taken");
	som_env_clear(&ev);
	/* an initializer */
	som_value args[] = {{.s = "Ida"}, {.i = 3}};
	o = somh_make(animal, somh_find(animal, "named", &ev), args, &ev);
	som_value r;
	expect(o && somh_call(somh_find(animal, "_get_name", &ev), NULL, o, NULL, &r, &ev) == SOM_OK && !strcmp(r.s, "Ida"), "an initializer");
	som_release(o);
	args[0].s = "nobody";
	expect(!somh_make(animal, somh_find(animal, "named", &ev), args, &ev) && !strcmp(ev.id, "IDL:Zoo/TooLoud:1.0"), "an initializer that raises");
	som_env_clear(&ev);
	printf("used\n");
}

/* What a parameter of a class takes, without that class being asked. */
static void accepts(const somh_class *dog) {
	const somh_class *echo = somh_named("Zoo::Echo", &ev), *animal = somh_named("Zoo::Animal", &ev);
	const somh_method *m = echo ? somh_find(echo, "animal", &ev) : NULL;
	expect(m && animal && m->params[0].type->kind == SOMH_OBJECT, "Zoo::Echo::animal");
	const somh_type *t = m->params[0].type, other = {.kind = SOMH_OBJECT, .name = "Not::Loaded"}, any = {.kind = SOMH_OBJECT, .name = ""}, root = {.kind = SOMH_OBJECT, .name = "SOMObject"};
	expect(somh_accepts(t, animal) && somh_accepts(t, dog) && !somh_accepts(t, echo) && !somh_accepts(t, NULL), "objects of Zoo::Animal");
	expect(!somh_accepts(&other, dog) && somh_accepts(&any, echo) && somh_accepts(&any, NULL) && somh_accepts(&root, echo), "objects of no class that is loaded, and of any");
	printf("accepts\n");
}

static void twins(unsigned seed) {
	somh_twins *t = somh_twins_new();
	enum { N = 5000 };
	static char there[N];
	static struct som_object o[N];
	size_t count = 0;
	for (int i = 0; i < 200000; i++) {
		seed = seed * 1103515245 + 12345;
		unsigned k = (seed >> 8) % N;
		void *is = somh_twin(t, &o[k]);
		expect((is != NULL) == there[k] && (!is || is == &there[k]), "a twin");
		if (seed >> 20 & 1 && i < 150000) count += !there[k], there[k] = 1, expect(somh_twin_set(t, &o[k], &there[k]), "memory");
		else count -= there[k], there[k] = 0, somh_twin_set(t, &o[k], NULL);
		expect(somh_twins_count(t) == count, "how many there are");
	}
	somh_twins_free(t);
	printf("twins\n");
}

static char *text(const char *s) {
	char *to = som_allocate(strlen(s) + 1);
	expect(to != NULL, "memory");
	return strcpy(to, s);
}

/* A call whose values are in a frame, what an override lends, and exceptions with members. */
static void frames(const somh_class *dog) {
	const somh_class *echo = somh_named("Zoo::Echo", &ev);
	if (!echo) fail("Zoo::Echo");
	som_ref o = som_new(echo->cls, &ev);
	const somh_method *m = somh_find(echo, "text", &ev), *kept = somh_find(echo, "kept_text", &ev), *speak = somh_find(dog, "speak", &ev);
	expect(o && m && kept && speak, "methods of Zoo::Echo");
	somh_frame f;
	som_value result;
	somh_frame_begin(&f);
	for (uint32_t i = 0; i < m->nparams; i++) {
		char **cell = somh_frame_cell(&f, &m->params[i]);
		expect(cell && !*cell, "a cell");
		if (m->params[i].direction != SOMH_OUT) *cell = text(i ? "second" : "first");
		somh_frame_put(&f, &m->params[i], cell);
	}
	expect(somh_call(m, NULL, o, f.args, &result, &ev) == SOM_OK && !ev.major, "a call from a frame");
	expect(!strcmp(result.s, "first") && !strcmp(*(char **)f.args[1].p, "second") && !strcmp(*(char **)f.args[2].p, "first"), "what comes out into a frame");
	som_deallocate((void *)(uintptr_t)result.s);
	somh_frame_given(&f, 0);
	somh_frame_end(&f);

	const somh_type *loud = NULL;
	for (uint32_t i = 0; i < speak->nraises; i++)
		if (!strcmp(speak->raises[i]->id, "IDL:Zoo/TooLoud:1.0")) loud = speak->raises[i];
	struct { int16_t volume; char *why; } members = {7, text("why")};
	som_env raised = {0};
	expect(loud && somh_raise(&raised, loud, &members) == SOM_OK && somh_exception(&raised, speak, NULL) == loud && !somh_exception(&raised, kept, NULL), "an exception with members");
	som_env_clear(&raised);
	som_release(o);
	printf("frames\n");
}

int main(int argc, char **argv) {
	const somh_class *dog = NULL;
	for (int i = 1; i < argc; i++) {
		const somh_class *c = somh_named(argv[i], &ev);
		if (!c) {
			printf("no class %s: %s: %s\n", argv[i], som_code_name(ev.code), ev.text);
			som_env_clear(&ev);
			continue;
		}
		print(c);
		if (!strcmp(argv[i], "Zoo::Dog")) dog = c;
	}
	if (dog) use(dog), accepts(dog), twins(1), frames(dog);
	return 0;
}
