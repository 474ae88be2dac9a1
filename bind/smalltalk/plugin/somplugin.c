/*
 * somplugin.c: classes of SOM in Squeak, on libsomhost. Smalltalk's side is st/som.st, which makes a class of what primitiveDescribe says, with a
 * method for each of SOM's that has nothing in it but its number.
 *
 * All of it runs in the one thread of the machine, but for handle. A pointer is a ByteArray of eight octets to Smalltalk. What goes wrong is kept, and the primitive
 * fails: Smalltalk then asks primitiveError for it. values.c has what values are on either side, overrides.c how C++ calls Smalltalk.
 */
#include "plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

squeak *vm;
sq under_way;

static entry methods[MOST_METHODS];
static int nmethods;
static const somh_type *types[MOST_TYPES];
static int ntypes;

int type_number(const somh_type *t) {
	for (int i = 0; i < ntypes; i++)
		if (types[i] == t) return i + 1;
	if (ntypes == MOST_TYPES) return 0;
	types[ntypes++] = t;
	return ntypes;
}

/* Why Smalltalk cannot call or override a method; NULL: it can. */
static const char *why(const somh_method *m) {
	if (m->why) return m->why;
	if (m->nparams > 12 + !!(m->flags & SOMH_INIT)) return "it has more parameters than a method of Smalltalk";
	return NULL;
}

static int is_plain(const somh_type *t) { return is_leaf(t) && t->kind != SOMH_ENUM; }

int is_general(const somh_method *m) {
	if (m->result.type->kind != SOMH_VOID && !is_plain(m->result.type)) return 1;
	for (uint32_t i = 0; i < m->nparams; i++)
		if (m->params[i].direction != SOMH_IN || !is_plain(m->params[i].type)) return 1;
	return 0;
}

/* ---- Calls ---- */

/* A class of an object, described; the last is remembered. */
const somh_class *class_of(som_ref o, som_env *ev) {
	static som_class *last;
	static const somh_class *is;
	som_class *c = som_class_of(o);
	if (c != last || !is) {
		is = somh_describe(c, ev);
		last = c;
	}
	return is;
}

/* Fills a frame with the arguments of the parameters from one on, and room for what comes out. */
static int fill(somh_frame *f, const somh_method *m, uint32_t from, leaves *in, som_env *ev) {
	for (uint32_t i = from; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_IN && p->nullable && p->type->apart && !take_present(in)) continue; /* NULL */
		void *cell = somh_frame_cell(f, p);
		if (!cell || (p->direction != SOMH_OUT && !take(in, p->type, p->nullable, cell, 0))) {
			char s[300];
			snprintf(s, sizeof s, "argument %u of %s is no value for it", i + 1 - from, m->name);
			som_raise_system(ev, cell ? BAD_PARAM : "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_NO, s);
			return 0;
		}
		somh_frame_put(f, p, cell);
	}
	if (m->result.type->apart) {
		void *cell = somh_frame_cell(f, &m->result);
		if (!cell) return som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_NO, "no memory for a result"), 0;
		f->args[m->result.slot].p = cell;
	}
	if (in->at != in->n) return som_raise_system(ev, BAD_PARAM, 0, SOM_COMPLETED_NO, "another number of arguments"), 0;
	return 1;
}

/* The result and what else comes out, as the last remappable object: a leaf, or an Array of leaves. 0: it is beyond a limit. */
static int push_results(const somh_method *m, const somh_frame *f, const som_value *result, som_env *ev) {
	const void *p = m->result.type->apart ? f->args[m->result.slot].p : (const void *)result;
	int general = is_general(m), returns = m->result.type->kind != SOMH_VOID;
	measure n = {0, 0};
	sq at = 0;
	if (returns) measure_value(&n, m->result.type, p, 0);
	for (uint32_t i = 0; i < m->nparams; i++)
		if (m->params[i].direction != SOMH_IN) measure_value(&n, m->params[i].type, f->args[m->params[i].slot].p, 0);
	if (beyond(&n)) return som_raise_system(ev, "IDL:omg.org/CORBA/IMP_LIMIT:1.0", 0, SOM_COMPLETED_YES, beyond(&n)), 0;
	if (!general) {
		vm->pushRemappableOop(returns ? leaf(m->result.type, p) : vm->nilObject());
		return 1;
	}
	vm->pushRemappableOop(vm->instantiateClassindexableSize(vm->classArray(), (sq)n.parts));
	if (returns) put_leaves(&at, m->result.type, p, 0);
	for (uint32_t i = 0; i < m->nparams; i++)
		if (m->params[i].direction != SOMH_IN) put_leaves(&at, m->params[i].type, f->args[m->params[i].slot].p, 0);
	return 1;
}

static int open_calls; /* calls let other threads' overrides in meanwhile */

/* Calls a method as Smalltalk found it. Receiver and objects are held meanwhile: what is called may have Smalltalk let them go. */
static int call(const entry *e, som_ref o, leaves in) {
	const somh_method *m = e->m;
	som_value result = {0};
	som_env ev = {0};
	somh_frame f;
	sq count = vm->methodArgumentCount(), before = under_way; /* what runs within says another number */
	int pushed = 0;
	const char *no = why(m);
	if (no) return fail_of(o, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", no);
	somh_frame_begin(&f);
	som_retain(o);
	if (fill(&f, m, 0, &in, &ev)) {
		under_way = count;
		const somh_class *of = class_of(o, &ev);
		som_proc *proc = of ? somh_proc(m, e->k, of, o) : NULL;
		if (ev.major) ;
		else if (!proc) som_raise_system(&ev, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, SOM_COMPLETED_NO, "nobody above implements it");
		else if ((open_calls || of->elsewhere ? somh_call_open : somh_call)(m, proc, o, f.args, &result, &ev) == SOM_OK) {
			somh_frame_given(&f, ev.major != 0);
			if (!ev.major) {
				pushed = push_results(m, &f, &result, &ev); /* before anything is given up, which may call overrides */
				if (!m->result.type->apart && m->result.owner == SOMH_CALLERS) somh_end(m->result.type, &result);
			}
		}
	}
	somh_frame_end(&f);
	int failed = failed_by(o, &ev, m, o);
	som_release(o);
	under_way = before;
	sq r = pushed ? vm->popRemappableOop() : 0;
	if (failed) return 0;
	vm->popthenPush(count + 1, m->result.type->kind == SOMH_VOID && !is_general(m) ? vm->stackValue(count) : r);
	return 1;
}

const entry *numbered(sq n) {
	return vm->isIntegerObject(n) && vm->integerValueOf(n) >= FIRST && vm->integerValueOf(n) < FIRST + nmethods ? &methods[vm->integerValueOf(n) - FIRST] : NULL;
}

/* What a method of a made class is: its number is among its literals. */
EXPORT int primitiveCall(void) {
	sq method = vm->primitiveMethod(), n = vm->literalCountOf(method), args = vm->methodArgumentCount();
	const entry *m = NULL;
	for (sq i = n; i-- > 0 && !m;) m = numbered(vm->literalofMethod(i, method));
	som_ref o = object_at(vm->stackValue(args));
	if (o && !is_there(o)) return fail_of(o, BAD_PARAM, GONE);
	if (!m || !o || args != (sq)m->m->nparams || is_general(m->m)) return fail_of(o, BAD_PARAM, !m ? "no method has the number" : !o ? "the object has been released" : "another number of arguments");
	return call(m, o, (leaves){ON_STACK, args - 1, 0, args});
}

/* receiver, number, Array of leaves: a call by number. */
EXPORT int primitiveCallIn(void) {
	const entry *m = numbered(vm->stackValue(1));
	som_ref o = object_at(vm->stackValue(2));
	leaves in = leaves_of(vm->stackValue(0));
	if (o && !is_there(o)) return fail_of(o, BAD_PARAM, GONE);
	if (!m || !o || in.n < 0) return fail_of(o, BAD_PARAM, !o ? "the object has been released" : "no such method, or no arguments");
	return call(m, o, in);
}

/* class, number, Array of leaves: a new object by an initializer. */
EXPORT int primitiveMake(void) {
	som_env ev = {0};
	const somh_class *c = pointer_at(vm->stackValue(2));
	const entry *e = numbered(vm->stackValue(1));
	leaves in = leaves_of(vm->stackValue(0));
	som_ref o = NULL;
	somh_frame f;
	if (!c || !e || in.n < 0 || !(e->m->flags & SOMH_INIT)) return fail(BAD_PARAM, "no class, or no initializer");
	const char *no = why(e->m);
	if (no) return fail("IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", no);
	sq before = calls_out();
	somh_frame_begin(&f);
	if (fill(&f, e->m, 1, &in, &ev)) {
		o = somh_make(c, e->m, f.args + 1, &ev);
		somh_frame_given(&f, !o);
	}
	somh_frame_end(&f);
	under_way = before;
	if (failed_by(NULL, &ev, e->m, NULL)) return 0;
	vm->popthenPush(4, pointer(o));
	return 1;
}

/* A Boolean: whether calls let other threads' overrides in from now on. Answers what it was. */
EXPORT int primitiveOpen(void) {
	int was = open_calls;
	open_calls = vm->stackValue(0) == vm->trueObject();
	vm->popthenPush(2, was ? vm->trueObject() : vm->falseObject());
	return 1;
}

sq calls_out(void) {
	sq before = under_way;
	under_way = vm->methodArgumentCount();
	return before;
}

/* ---- Classes ---- */

typedef struct growing { char *s; size_t n, room; } growing;

static void add(growing *g, const char *s) {
	size_t n = strlen(s);
	if (g->n + n + 1 > g->room) {
		g->room = 2 * (g->n + n + 1);
		char *t = realloc(g->s, g->room);
		if (!t) abort();
		g->s = t;
	}
	memcpy(g->s + g->n, s, n + 1);
	g->n += n;
}

/* A name: the class, as a pointer. */
EXPORT int primitiveClassNamed(void) {
	som_env ev = {0};
	char *name = utf8(vm->stackValue(0));
	sq before = calls_out();
	const somh_class *c = name ? somh_named(name, &ev) : NULL;
	under_way = before;
	som_deallocate(name);
	if (failed_by(NULL, &ev, NULL, NULL)) return 0;
	if (!c) return fail(BAD_PARAM, "no name of a class");
	vm->popthenPush(2, pointer(c));
	return 1;
}

EXPORT int primitiveClassOf(void) {
	som_env ev = {0};
	som_ref o = pointer_at(vm->stackValue(0));
	const somh_class *c = o ? somh_describe(som_class_of(o), &ev) : NULL;
	if (failed_by(NULL, &ev, NULL, NULL)) return 0;
	if (!c) return fail(BAD_PARAM, "no object");
	vm->popthenPush(2, pointer(c));
	return 1;
}

static void add_number(growing *g, int64_t n, const char *behind) {
	char s[32];
	snprintf(s, sizeof s, "%lld", (long long)n);
	add(g, s);
	add(g, behind);
}

static void add_type(growing *g, const somh_param *p, int direction) {
	add_number(g, direction, ":");
	add_number(g, type_number(p->type), p->nullable && p->type->apart ? ":1" : ":0");
}

/* Number, name, form, result; then of each parameter its name and what it is. The form is x, or o of one whose result is an object, g of one that is general, i of an initializer. */
static void describe(growing *g, const somh_method *m, const somh_class *k) {
	int n, init = m->flags & SOMH_INIT ? 1 : 0, general = init || is_general(m);
	if (why(m)) return;
	for (n = 0; n < nmethods && (methods[n].m != m || methods[n].k != k); n++);
	if (n == MOST_METHODS) return;
	if (n == nmethods) methods[nmethods++] = (entry){m, k};
	add_number(g, n + FIRST, " ");
	add(g, m->name);
	add(g, init ? " i " : general ? " g " : m->result.type->kind == SOMH_OBJECT ? " o " : " x ");
	if (m->result.type->kind == SOMH_VOID) add(g, "v");
	else add_type(g, &m->result, SOMH_OUT);
	for (uint32_t i = (uint32_t)init; i < m->nparams; i++) {
		add(g, " ");
		add(g, *m->params[i].name ? m->params[i].name : "value");
		add(g, " ");
		add_type(g, &m->params[i], m->params[i].direction);
	}
	add(g, "\n");
	for (uint32_t i = 0; i < m->nraises; i++) {
		add(g, "! ");
		add_number(g, type_number(m->raises[i]), "\n");
	}
}

/* A class as lines of words: name and version; parents; then methods that it introduces or implements, and the types of exceptions that these raise. With an
 * ancestor as the second argument, the methods that this one introduces, as the class has them. */
EXPORT int primitiveDescribe(void) {
	const somh_class *c = pointer_at(vm->stackValue(1)), *as = pointer_at(vm->stackValue(0));
	growing g = {0};
	if (!c) return fail(BAD_PARAM, "no class");
	add(&g, c->name);
	add(&g, " ");
	add_number(&g, c->major, ".");
	add_number(&g, c->minor, "\n");
	for (uint32_t i = 0; i < c->nparents; i++) { add(&g, i ? " " : ""); add(&g, c->parents[i]->name); }
	add(&g, "\n");
	for (uint32_t i = 0; i < (as ? as : c)->nmethods; i++) describe(&g, &(as ? as : c)->methods[i], c);
	for (uint32_t i = 0; !as && i < c->nowns; i++) describe(&g, c->owns[i], c);
	sq r = text(g.s);
	free(g.s);
	vm->popthenPush(3, r);
	return 1;
}

/* A type by its number as lines: its kind, bound, element and default arm; its name; its id; then of each member or arm its name, its type, and an arm's labels. */
EXPORT int primitiveType(void) {
	sq n = vm->stackIntegerValue(0);
	growing g = {0};
	if (vm->failed() || n < 1 || n > ntypes) return fail(BAD_PARAM, "no type has the number");
	const somh_type *t = types[n - 1];
	add_number(&g, t->kind, " ");
	add_number(&g, (int64_t)t->bound, " ");
	add_number(&g, t->elem ? type_number(t->elem) : 0, " ");
	add_number(&g, t->kind == SOMH_UNION ? t->otherwise : -1, "\n");
	add(&g, t->name ? t->name : "");
	add(&g, "\n");
	add(&g, t->id ? t->id : "");
	add(&g, "\n");
	for (uint32_t i = 0; i < t->nmembers; i++) {
		add(&g, t->members[i].name);
		add(&g, " ");
		add_number(&g, t->kind == SOMH_ENUM ? 0 : type_number(t->members[i].type), "");
		for (uint32_t j = 0; t->kind == SOMH_UNION && j < t->nlabels; j++)
			if (t->labels[j].arm == i) {
				add(&g, " ");
				add_number(&g, t->labels[j].value, "");
			}
		add(&g, "\n");
	}
	sq r = text(g.s);
	free(g.s);
	vm->popthenPush(2, r);
	return 1;
}

EXPORT int primitiveRelease(void) {
	som_ref o = pointer_at(vm->stackValue(0));
	if (!o) return fail(BAD_PARAM, "no object");
	sq before = calls_out();
	som_release(o);
	under_way = before;
	vm->pop(1);
	return 1;
}

EXPORT int primitiveRetain(void) {
	som_ref o = pointer_at(vm->stackValue(0));
	if (!o) return fail(BAD_PARAM, "no object");
	som_retain(o);
	vm->pop(1);
	return 1;
}

EXPORT int setInterpreter(squeak *machine) {
	vm = machine;
	return vm->majorVersion() == 1 && vm->minorVersion() >= 8;
}

EXPORT int shutdownModule(void) {
	somh_home_end();
	return 1;
}

EXPORT const char *getModuleName(void) { return "SomPlugin"; }
