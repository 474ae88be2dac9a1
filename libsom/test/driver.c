/*
 * driver.c: takes the steps of conformance cases from its input, a line each, and answers. Fields are parted by tabs.
 * A class is described by lines of its own, until "define". An answer is a line "is" with fields, if there is
 * something to answer, and then a line "ok" or "error" with code and text.
 */
#include "som.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Implementations: a function for each tag, which answers the tag ---- */

enum { BANK = 1024 };
static const char *tags[BANK];
static int ntags;

#define F1(i) static const char *f##i(som_ref o, som_env *ev) { (void)o, (void)ev; return tags[0x##i]; }
#define F16(i) F1(i##0) F1(i##1) F1(i##2) F1(i##3) F1(i##4) F1(i##5) F1(i##6) F1(i##7) \
	F1(i##8) F1(i##9) F1(i##a) F1(i##b) F1(i##c) F1(i##d) F1(i##e) F1(i##f)
#define F256(i) F16(i##0) F16(i##1) F16(i##2) F16(i##3) F16(i##4) F16(i##5) F16(i##6) F16(i##7) \
	F16(i##8) F16(i##9) F16(i##a) F16(i##b) F16(i##c) F16(i##d) F16(i##e) F16(i##f)
F256(0) F256(1) F256(2) F256(3)
#define N1(i) (som_proc *)f##i,
#define N16(i) N1(i##0) N1(i##1) N1(i##2) N1(i##3) N1(i##4) N1(i##5) N1(i##6) N1(i##7) \
	N1(i##8) N1(i##9) N1(i##a) N1(i##b) N1(i##c) N1(i##d) N1(i##e) N1(i##f)
#define N256(i) N16(i##0) N16(i##1) N16(i##2) N16(i##3) N16(i##4) N16(i##5) N16(i##6) N16(i##7) \
	N16(i##8) N16(i##9) N16(i##a) N16(i##b) N16(i##c) N16(i##d) N16(i##e) N16(i##f)
static som_proc *const bank[BANK] = {N256(0) N256(1) N256(2) N256(3)};

/* Memory that lives until the next case. */
typedef struct kept {
	struct kept *next;
} kept;
static kept *all_kept;

static void *keep_octets(size_t n) {
	kept *k = calloc(1, sizeof *k + n);
	if (!k)
		abort();
	k->next = all_kept;
	all_kept = k;
	return k + 1;
}

static char *keep(const char *s) { return strcpy(keep_octets(strlen(s) + 1), s); }

static som_proc *answering(const char *tag) {
	if (ntags == BANK) {
		fprintf(stderr, "driver: more than %d implementations\n", BANK);
		exit(2);
	}
	tags[ntags] = keep(tag);
	return bank[ntags++];
}

/* ---- The trace ---- */

static const char *trace[4096];
static int ntrace;

typedef struct life { /* the context of a class's initializers */
	char *init, *fini, *copy, *assign;
	int raises;
} life;

static void note(const char *s) {
	if (ntrace < (int)(sizeof trace / sizeof trace[0]))
		trace[ntrace++] = s;
}

static void init(som_ref o, som_env *ev, void *context) {
	life *l = context;
	(void)o;
	note(l->init);
	if (l->raises)
		som_raise_user(ev, "IDL:opendsom.org/test/Raised:1.0", NULL, NULL);
}
static void fini(som_ref o, void *context) { (void)o, note(((life *)context)->fini); }
static void copy(som_ref o, som_ref from, som_env *ev, void *context) { (void)o, (void)from, (void)ev, note(((life *)context)->copy); }
static void assign(som_ref o, som_ref from, som_env *ev, void *context) { (void)o, (void)from, (void)ev, note(((life *)context)->assign); }

/* What classes have that begin and end objects as before there were initializers: functions of their own, which make parent calls. */
static struct older {
	char *name, *init, *fini;
} older[8];
static int nolder;

static void call_parents(const char *class, const char *method, som_ref o, som_env *ev) {
	som_class *c = som_class_registered(class, NULL);
	som_found f = {.size_of = sizeof f};
	if (!c || som_lookup(c, method, &f, NULL) != SOM_OK) abort();
	for (uint32_t n = 0; n < som_class_describe(c)->nparents; n++) {
		som_proc *proc = som_parent_proc(c, n, f.token, NULL);
		if (proc) ((void (*)(som_ref, som_env *))proc)(o, ev);
	}
	som_release((som_ref)c);
}
#define OLDER(n) \
	static void old_init##n(som_ref o, som_env *ev) { call_parents(older[n].name, "SOMObject::somInit", o, ev), note(older[n].init); } \
	static void old_fini##n(som_ref o, som_env *ev) { note(older[n].fini), call_parents(older[n].name, "SOMObject::somUninit", o, ev); }
OLDER(0) OLDER(1) OLDER(2) OLDER(3) OLDER(4) OLDER(5) OLDER(6) OLDER(7)
#define BOTH(n) {(som_proc *)old_init##n, (som_proc *)old_fini##n}
static som_proc *const old_procs[][2] = {BOTH(0), BOTH(1), BOTH(2), BOTH(3), BOTH(4), BOTH(5), BOTH(6), BOTH(7)};

/* What replaces somInit or somUninit notes its tag. */
static char *noted[8];
static int nnoted;
#define NOTES(n) static void noting##n(som_ref o, som_env *ev) { (void)o, (void)ev, note(noted[n]); }
NOTES(0) NOTES(1) NOTES(2) NOTES(3) NOTES(4) NOTES(5) NOTES(6) NOTES(7)
#define NOTING(n) (som_proc *)noting##n
static som_proc *const noting[] = {NOTING(0), NOTING(1), NOTING(2), NOTING(3), NOTING(4), NOTING(5), NOTING(6), NOTING(7)};

static som_proc *replacement(const char *method, const char *tag) {
	if (strcmp(method, "SOMObject::somInit") && strcmp(method, "SOMObject::somUninit"))
		return answering(tag);
	if (nnoted == sizeof noting / sizeof noting[0]) {
		fprintf(stderr, "driver: somInit and somUninit are replaced more than %d times\n", nnoted);
		exit(2);
	}
	noted[nnoted] = keep(tag);
	return noting[nnoted++];
}

/* ---- Answers ---- */

static void is(const char *s) { printf("is\t%s\n", s); }
static void is_number(unsigned long long n) { printf("is\t%llu\n", n); }
static void is_bool(int b) { is(b ? "true" : "false"); }

static void is_trace(void) {
	printf("is");
	for (int i = 0; i < ntrace; i++)
		printf("\t%s", trace[i]);
	printf("\n");
}

/* Ends an answer; a failure without an exception would be the kernel's fault. */
static void done(int code, som_env *ev) {
	if (code == SOM_OK && ev->major == SOM_NO_EXCEPTION)
		printf("ok\n");
	else
		printf("error\t%s\t%s\n", ev->major == SOM_USER_EXCEPTION ? "raised" : som_code_name(ev->code), ev->text ? ev->text : ev->id ? ev->id : "");
	fflush(stdout);
	som_env_clear(ev);
}

/* ---- Descriptions ---- */

enum { MOST = 70000 };
static som_class_desc desc;
static som_method methods[MOST];
static som_override overrides[MOST];
static som_select selects[MOST];
static const char *parents[512], *abstract_parents[512], *init_classes[512];
static som_proc *own;
static life *lives;

static void begin(const char *name) {
	lives = keep_octets(sizeof *lives);
	own = NULL;
	desc = (som_class_desc){.size_of = sizeof desc, .name = keep(name), .method_size = sizeof(som_method), .override_size = sizeof(som_override),
		.select_size = sizeof(som_select), .introduces = methods, .overrides = overrides, .selects = selects, .abstract_parents = abstract_parents, .context = lives};
}

static som_proc *mine(void) { return own ? own : (own = answering(desc.name)); }

static char *prefixed(const char *prefix, const char *s) {
	return strcat(strcpy(keep_octets(strlen(prefix) + strlen(s) + 1), prefix), s);
}

/* Whether a line was one of a description. */
static int describe(char **f, int n) {
	const char *what = f[0], *a = n > 1 ? f[1] : "", *b = n > 2 ? f[2] : "", *c = n > 3 ? f[3] : "", *d = n > 4 ? f[4] : "";
	if (!strcmp(what, "class"))
		begin(a);
	else if (!strcmp(what, "parents"))
		desc.parents = parents;
	else if (!strcmp(what, "parent"))
		parents[desc.nparents++] = keep(a);
	else if (!strcmp(what, "metaclass="))
		desc.metaclass = keep(a);
	else if (!strcmp(what, "abstractparent"))
		abstract_parents[desc.nabstract_parents++] = keep(a);
	else if (!strcmp(what, "version="))
		desc.major = (uint32_t)atoi(a), desc.minor = (uint32_t)atoi(b);
	else if (!strcmp(what, "abstract"))
		desc.flags |= SOM_ABSTRACT;
	else if (!strcmp(what, "method"))
		methods[desc.nintroduces++] = (som_method){keep(a), keep(d), mine(), *c ? keep(c) : NULL,
			!strcmp(b, "nonstatic") ? SOM_NONSTATIC : !strcmp(b, "procedure") ? SOM_PROCEDURE : SOM_STATIC};
	else if (!strcmp(what, "override"))
		overrides[desc.noverrides++] = (som_override){keep(a), mine(), keep(b)};
	else if (!strcmp(what, "select"))
		selects[desc.nselects++] = (som_select){keep(a), keep(b)};
	else if (!strcmp(what, "data"))
		desc.data_size = strtoull(a, NULL, 10), desc.data_align = (uint32_t)atoi(b);
	else if (!strcmp(what, "initclasses"))
		desc.init_classes = init_classes;
	else if (!strcmp(what, "initclass"))
		init_classes[desc.ninit_classes++] = keep(a);
	else if (!strcmp(what, "init")) {
		desc.init = init, desc.copy = copy, desc.assign = assign;
		lives->init = prefixed("", desc.name), lives->copy = prefixed("+", desc.name), lives->assign = prefixed("=", desc.name);
	} else if (!strcmp(what, "fini")) {
		desc.fini = fini;
		lives->fini = prefixed("~", desc.name);
	} else if (!strcmp(what, "raises"))
		lives->raises = 1;
	else if (!strcmp(what, "older") && nolder < (int)(sizeof older / sizeof older[0])) {
		char *name = keep(desc.name), *dotted = keep_octets(strlen(name) + 2);
		strcat(strcpy(dotted, name), ".");
		older[nolder] = (struct older){name, dotted, prefixed("~", dotted)};
		overrides[desc.noverrides++] = (som_override){"somInit", old_procs[nolder][0], NULL};
		overrides[desc.noverrides++] = (som_override){"somUninit", old_procs[nolder++][1], NULL};
	}
	else
		return 0;
	return 1;
}

/* ---- Objects ---- */

typedef struct object {
	struct object *next;
	char *name;
	som_ref o;
	som_weak *weak;
} object;
static object *objects;
static uint32_t complaint; /* what the kernel said where there is no environment */

/* In the checking mode an object that was destroyed is known by its weak reference; its head may still be read. */
static int is_freed(const object *x) {
	som_ref o = som_weak_get(x->weak);
	som_release(o);
	return !o;
}

static object *named(const char *name) {
	object *x = objects;
	while (x && strcmp(x->name, name))
		x = x->next;
	return x;
}

static void remember(const char *name, som_ref o) {
	object *x = named(name);
	if (!x) {
		x = keep_octets(sizeof *x);
		x->name = keep(name);
		x->next = objects;
		objects = x;
	}
	som_weak_free(x->weak);
	x->o = o;
	x->weak = o ? som_weak_new(o, NULL) : NULL;
}

/* ---- Steps ---- */

static int is_root(const som_class *c) { return c == som_object_class() || c == som_class_class() || c == som_class_manager_class(); }
static const char *name_of(const som_class *c) { return som_class_describe(c)->name; }

/* The class of that name itself, whatever stands for it. */
static som_class *itself(const char *name, som_env *ev) {
	som_classdata d = {0};
	som_binding b = {.size_of = sizeof b, .cls = name};
	if (som_class_bind(&b, &d, ev) != SOM_OK)
		return NULL;
	som_class *c = d.cls;
	som_class_unbind(&d);
	return c;
}

/* Runs an implementation as a method of the class object, which implementations do not look at. */
static int run(som_proc *proc, som_class *c, const char **answer, som_env *ev) {
	*answer = proc ? ((const char *(*)(som_ref, som_env *))proc)(&c->object, ev) : "";
	return (int)ev->code;
}

/* One of SOMClass's own methods. */
static som_proc *of_classes(const char *method) {
	som_found f = {.size_of = sizeof f};
	som_lookup(som_class_class(), method, &f, NULL);
	return f.proc;
}

static void chain(som_class *c, const som_found *f, som_env *ev) {
	const som_class_info *info = som_class_describe(c);
	const som_class *at = f->owner;
	som_object like = {0};
	like.mt = ((char *(*)(som_ref, som_env *))of_classes("SOMClass::somGetClassMtab"))(&c->object, ev); /* as an instance has it */
	typedef som_proc *defined(som_ref, som_env *, int64_t);
	defined *is_defined = (defined *)of_classes("SOMClass::somDefinedMethod");
	printf("is");
	for (som_proc *proc = at ? f->proc : NULL; proc;) {
		const char *answer;
		run(proc, c, &answer, ev);
		printf("\t%s", answer);
		proc = som_next_proc(at, &like, f->token);
		uint32_t i = 0;
		while (i < info->norder && info->order[i] != at)
			i++;
		while (++i < info->norder && is_defined((som_ref)(uintptr_t)info->order[i], ev, f->token) != proc)
			;
		at = i < info->norder ? info->order[i] : NULL;
	}
	printf("\n");
}

static void methods_of(const som_class *c) {
	const som_class_info *info = som_class_describe(c);
	printf("is");
	for (uint32_t i = info->norder; i-- > 0;) {
		const som_class_info *a = som_class_describe(info->order[i]);
		for (uint32_t m = 0; m < a->nintroduces && (!is_root(info->order[i]) || is_root(c)); m++)
			if (a->introduces[m].kind != SOM_PROCEDURE && !a->introduces[m].migrated)
				printf("\t%s::%s", a->name, a->introduces[m].name);
	}
	printf("\n");
}

static void procedures_of(const som_class *c) {
	const som_class_info *a = som_class_describe(c);
	printf("is");
	for (uint32_t m = 0; m < a->nintroduces; m++)
		if (a->introduces[m].kind == SOM_PROCEDURE && !a->introduces[m].migrated)
			printf("\t%s::%s", a->name, a->introduces[m].name);
	printf("\n");
}

static int say_dynamic(const char *name, const char *sig, som_proc *proc, void *context) {
	(void)sig, (void)proc;
	printf("\t%s::%s", (const char *)context, name);
	return 0;
}

/* Steps about a class and a method. */
static int method_step(const char *what, som_class *c, char **f, int n, som_env *ev) {
	const char *answer = "", *name = n > 2 ? f[2] : "", *third = n > 3 ? f[3] : "";
	som_found m = {.size_of = sizeof m};
	int code = som_lookup(c, name, &m, ev);
	if (code != SOM_OK)
		return code;
	if (!strcmp(what, "owner") || (!strcmp(what, "lookup") && m.owner && is_root(m.owner))) { /* no function of ours */
		is(name_of(m.owner));
		return SOM_OK;
	}
	if (!strcmp(what, "lookup")) {
		code = run(m.proc, c, &answer, ev);
	} else if (!m.token) {
		som_raise_system(ev, "IDL:omg.org/CORBA/BAD_PARAM:1.0", 0, SOM_COMPLETED_NO, "it has no place in the table");
		ev->code = SOM_E_METHOD;
		return SOM_E_METHOD;
	} else if (!strcmp(what, "resolve")) {
		if (!som_class_proc(c, m.token) || som_class_proc(c, m.token) != m.proc)
			exit(3);
		code = run(m.proc, c, &answer, ev);
	} else if (!strcmp(what, "parentcall")) {
		som_proc *proc = som_parent_proc(c, (uint32_t)atoi(third), m.token, ev);
		if (!proc)
			return (int)ev->code;
		code = run(proc, c, &answer, ev);
	} else if (!strcmp(what, "next")) {
		chain(c, &m, ev);
		return SOM_OK;
	} else if (!strcmp(what, "front")) {
		som_class_front(c, m.token, answering(third), ev);
		return (int)ev->code;
	} else { /* replace */
		som_class_replace(c, m.token, replacement(name, third), ev);
		return (int)ev->code;
	}
	if (code == SOM_E_ABSTRACT) { /* there is none */
		som_env_clear(ev);
		answer = "";
	}
	is(answer);
	return SOM_OK;
}

static int count(som_class *c, void *context) { return (void)c, ++*(int *)context, 0; }

static int class_step(const char *what, som_class *c, char **f, int n, som_env *ev) {
	const som_class_info *info = som_class_describe(c);
	const char *second = n > 2 ? f[2] : "", *third = n > 3 ? f[3] : "";
	if (!strcmp(what, "order")) {
		printf("is");
		for (uint32_t i = 0; i < info->norder; i++)
			printf("\t%s", name_of(info->order[i]));
		printf("\n");
	} else if (!strcmp(what, "metaclass"))
		is(name_of(som_class_of(&c->object)));
	else if (!strcmp(what, "layout")) {
		printf("is");
		for (uint32_t i = 0; i < info->nlayout; i++)
			printf("\t%s\t%llu", name_of(info->layout[i].cls), (unsigned long long)info->layout[i].offset);
		printf("\n");
	} else if (!strcmp(what, "size"))
		is_number(info->data_size);
	else if (!strcmp(what, "methods"))
		methods_of(c);
	else if (!strcmp(what, "procedures"))
		procedures_of(c);
	else if (!strcmp(what, "dynamics")) {
		printf("is");
		som_class_dynamics(c, say_dynamic, (void *)(uintptr_t)info->name);
		printf("\n");
	} else if (!strcmp(what, "inits")) {
		uint32_t all = 0;
		typedef som_class *const *lists(som_ref, som_env *, uint32_t *);
		som_class *const *list = ((lists *)of_classes("SOMClass::_get_somDirectInitClasses"))(&c->object, ev, &all);
		printf("is");
		for (uint32_t i = 0; i < all; i++)
			printf("\t%s", name_of(list[i]));
		printf("\n");
	} else if (!strcmp(what, "count"))
		is_number((unsigned long long)((int32_t (*)(som_ref, som_env *))of_classes("SOMClass::somGetNumMethods"))(&c->object, ev));
	else if (!strcmp(what, "version"))
		return som_class_check_version(c, (uint32_t)atoi(second), (uint32_t)atoi(third), ev);
	else if (!strcmp(what, "unload"))
		return som_class_unload(c, ev);
	else if (!strcmp(what, "bind")) {
		const char *sigs[] = {third};
		struct { som_classdata c; som_tok m[1]; } d = {0};
		som_binding b = {.size_of = sizeof b, .nmethods = 1, .cls = info->name, .methods = &second, .sigs = sigs};
		som_class_bind(&b, &d.c, ev);
		som_class_unbind(&d.c);
		return (int)ev->code;
	}
	else if (!strcmp(what, "called")) {
		som_found f = {.size_of = sizeof f, .as = third};
		return som_lookup(c, second, &f, ev);
	} else if (!strcmp(what, "supports"))
		is_bool(((uint8_t (*)(som_ref, som_env *, const char *))of_classes("SOMClass::somSupportsMethod"))(&c->object, ev, second));
	else if (!strcmp(what, "join")) {
		som_class *both[] = {c, itself(second, ev)}, *m = both[1] ? som_class_join(both, 2, ev) : NULL;
		if (m)
			is(name_of(m)), som_release(&m->object);
		return (int)ev->code;
	} else if (!strcmp(what, "add"))
		return som_class_add(c, second, "s:", answering(info->name), ev);
	else if (!strcmp(what, "descends") || !strcmp(what, "substitute")) {
		som_class *other = what[0] == 's' && !*second ? NULL : itself(second, ev);
		if (ev->major != SOM_NO_EXCEPTION)
			return SOM_E_UNKNOWN;
		if (what[0] == 's')
			return som_class_substitute(c, other, ev);
		is_bool(som_descends(c, other));
	} else if (!strcmp(what, "classes")) {
		int all = 0;
		som_classes(count, &all);
		is_number((unsigned long long)all);
	} else
		return method_step(what, c, f, n, ev);
	return SOM_OK;
}

static int call(som_ref o, const char *method, const char *by, som_env *ev) {
	som_value v = {.s = ""};
	if (!strcmp(by, "dispatch")) {
		som_invoke(o, method, NULL, 0, &v, ev);
	} else if (!strcmp(by, "name")) {
		const som_name *name = som_name_of(method, ev);
		for (int twice = 0; twice < 2 && ev->major == 0; twice++) { /* the second time it is remembered */
			som_proc *proc = som_find(o, name, ev);
			v.s = proc ? ((const char *(*)(som_ref, som_env *))proc)(o, ev) : "";
		}
	} else { /* as a client that binds the class that it knows the object by */
		const char *only[] = {method};
		struct { som_classdata c; som_tok m[1]; } d = {0};
		som_binding b = {.size_of = sizeof b, .nmethods = 1, .cls = name_of(som_class_of(o)), .methods = only};
		if (som_class_bind(&b, &d.c, ev) == SOM_OK)
			v.s = ((const char *(*)(som_ref, som_env *))som_resolve(o, d.m[0]))(o, ev);
		som_class_unbind(&d.c);
	}
	if (ev->major == SOM_NO_EXCEPTION)
		is(v.s);
	return (int)ev->code;
}

static int object_step(const char *what, char **f, int n, som_env *ev) {
	const char *first = n > 1 ? f[1] : "", *second = n > 2 ? f[2] : "", *third = n > 3 ? f[3] : "";
	object *x = named(first);
	ntrace = 0;
	if (!strcmp(what, "new")) {
		som_class *c = som_class_registered(second, ev);
		if (!c)
			return SOM_E_UNKNOWN;
		som_ref o = som_new(c, ev);
		som_release(&c->object);
		is_trace();
		remember(first, o);
		return (int)ev->code;
	}
	if (!strcmp(what, "copy")) {
		som_ref o = som_copy(named(second)->o, ev);
		is_trace();
		remember(first, o);
		return (int)ev->code;
	}
	if (!x)
		return fprintf(stderr, "driver: no object %s\n", first), exit(2), 2;
	if (!strcmp(what, "weak")) {
		som_ref o = som_weak_get(x->weak);
		is(o ? "alive" : "gone");
		som_release(o);
	} else if (is_freed(x) && strcmp(what, "call")) { /* complained of, not raised: these have no environment */
		complaint = 0;
		if (what[1] == 'e' && what[2] == 't')
			som_retain(x->o);
		else
			som_release(x->o);
		som_raise_system(ev, "IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0", 0, SOM_COMPLETED_NO, "the kernel complained");
		return (int)(ev->code = complaint);
	} else if (!strcmp(what, "free")) {
		som_found f = {.size_of = sizeof f};
		if (som_lookup(som_class_of(x->o), "SOMObject::somFree", &f, ev) == SOM_OK) ((void (*)(som_ref, som_env *))f.proc)(x->o, ev);
		if (ev->major != SOM_NO_EXCEPTION) return (int)ev->code;
		is_trace();
	} else if (!strcmp(what, "release")) {
		uint32_t left = x->o->refs - 1;
		som_release(x->o);
		if (left)
			is_number(left);
		else
			is_trace();
	} else if (!strcmp(what, "retain"))
		is_number(som_retain(x->o)->refs);
	else if (!strcmp(what, "classof"))
		is(name_of(som_class_of(x->o)));
	else if (!strcmp(what, "uncast"))
		som_uncast(x->o);
	else if (!strcmp(what, "assign")) {
		int code = som_assign(x->o, named(second)->o, ev);
		is_trace();
		return code;
	} else if (!strcmp(what, "call"))
		return call(x->o, second, third, ev);
	else if (!strcmp(what, "responds"))
		is_bool(((uint8_t (*)(som_ref, som_env *, const char *))of_classes("SOMObject::somRespondsTo"))(x->o, ev, second));
	else { /* isa, cast */
		som_class *c = itself(second, ev);
		if (!c)
			return SOM_E_UNKNOWN;
		if (what[0] == 'c')
			return som_cast(x->o, c, ev);
		is_bool(som_is_a(x->o, c));
	}
	return SOM_OK;
}

static int collect(som_class *c, void *context) {
	som_class ***to = context;
	if (!is_root(c))
		*(*to)++ = c;
	return 0;
}

/* Makes the process as it was: all objects end, then all classes, subclasses first, which shows that they can. */
static int reset(som_env *ev) {
	static som_class *all[MOST];
	for (object *x = objects; x; x = x->next) {
		for (som_ref o; (o = som_weak_get(x->weak));) {
			som_release(o);
			som_release(o);
		}
		som_weak_free(x->weak);
	}
	for (int before = -1;;) {
		som_class **end = all;
		som_classes(collect, &end);
		if (end == all || end - all == before)
			break;
		before = (int)(end - all);
		for (som_class **c = all; c < end; c++)
			som_class_substitute(*c, NULL, NULL);
		for (som_class **c = all; c < end; c++) { /* the newest first; derived metaclasses end with their last class */
			som_retain(&(*c)->object);
			if (som_class_unload(*c, NULL) == SOM_OK)
				break; /* what else was collected may have ended, too */
			som_release(&(*c)->object);
		}
	}
	som_class **end = all;
	som_classes(collect, &end);
	objects = NULL;
	ntags = nolder = nnoted = 0;
	for (kept *k; (k = all_kept); free(k))
		all_kept = k->next;
	if (end == all)
		return SOM_OK;
	som_raise_system(ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, name_of(all[0]));
	return (int)(ev->code = SOM_E_BUSY);
}

static int step(char **f, int n, som_env *ev) {
	static const char *const of_objects[] = {"new", "free", "retain", "release", "weak", "copy", "assign", "isa", "cast", "uncast", "call", "classof", "responds", NULL};
	const char *what = f[0];
	if (!strcmp(what, "define")) {
		som_class *c = som_class_define(&desc, ev);
		som_release((som_ref)c);
		return (int)ev->code;
	}
	if (!strcmp(what, "reset"))
		return reset(ev);
	for (int i = 0; of_objects[i]; i++)
		if (!strcmp(what, of_objects[i]))
			return object_step(what, f, n, ev);
	som_class *c = som_class_registered(n > 1 ? f[1] : "", ev);
	if (!c)
		return SOM_E_UNKNOWN;
	if (!strcmp(what, "find")) {
		is(name_of(c));
		som_release(&c->object);
		return SOM_OK;
	}
	/* What a step is about is the class of that name, whatever stands for it. */
	som_classdata d = {0};
	som_binding b = {.size_of = sizeof b, .cls = f[1]};
	som_release(&c->object);
	int code = som_class_bind(&b, &d, ev);
	if (code != SOM_OK)
		return code;
	code = class_step(what, d.cls, f, n, ev);
	if (strcmp(what, "unload") || code != SOM_OK)
		som_class_unbind(&d);
	return code;
}

static void on_error(uint32_t code, const char *text) {
	complaint = code;
	if (!*text)
		exit(3);
}

int main(void) {
	som_hooks hooks = {.size_of = sizeof hooks, .error = on_error};
	som_set_hooks(&hooks, NULL);
	static char line[1 << 20];
	while (fgets(line, sizeof line, stdin)) {
		char *f[8];
		int n = 0;
		line[strcspn(line, "\n")] = 0;
		for (char *p = line; p && n < 8;) {
			f[n++] = p;
			p = strchr(p, '\t');
			if (p)
				*p++ = 0;
		}
		if (describe(f, n))
			continue;
		som_env ev = {0};
		int code = step(f, n, &ev);
		done(code, &ev);
	}
	return 0;
}
