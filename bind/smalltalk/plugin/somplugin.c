/*
 * somplugin.c: classes of SOM in Squeak, on libsomhost. Smalltalk's side is st/som.st, which makes a class of what primitiveDescribe says, with a
 * method for each of SOM's that has nothing in it but its number.
 *
 * All of it runs in the one thread of the machine, but for handle. A pointer is a ByteArray of eight octets to Smalltalk. What goes wrong is kept, and the primitive
 * fails: Smalltalk then asks primitiveError for it.
 *
 * A call of an override leaves its request on a stack, and has the machine run another process of Smalltalk (callbackEnter), which asks for it by
 * primitiveRequest and ends it by primitiveAnswer: that jumps back to here, so that frames between are gone. Requests end in the reverse order.
 */
#include "squeak.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "somhost.h"

#define EXPORT __attribute__((visibility("default")))
enum { FIRST = 1000, MOST_METHODS = 65536, MOST_NESTED = 31, MOST_LENT = 16 }; /* numbers of methods begin there: smaller integers need no literal; the machine has places for 32 calls within one another */

static squeak *vm;
/* A method, and the class in which Smalltalk has it: what super finds above a class of Smalltalk's. */
static struct entry { const somh_method *m; const somh_class *k; } methods[MOST_METHODS];
static int nmethods;
static char failure[2048]; /* an id, a line feed, a text */
static sq semaphore;

static struct request {
	const somh_method *m;
	som_ref self;
	som_env *ev;
	const som_value *args;
	som_value *result;
	sq id;
	sq count; /* arguments of the primitive that is under way: the one that answers has to have as many, since the machine goes on with its number */
	int answered;
} requests[MOST_NESTED];
static int nrequests, ntaken;
static int waiting; /* answers that have to wait for what is within */
static sq ended; /* the semaphore of those */
static sq under_way; /* of the primitive that has called out: whatever may come to an override from there says it */

static const char *const bad = "IDL:omg.org/CORBA/BAD_PARAM:1.0";

static int fail(const char *id, const char *text) {
	snprintf(failure, sizeof failure, "%s\n%s", id, text ? text : "");
	vm->primitiveFail();
	return 0;
}

/* What an environment holds becomes a failure; 1: it held something. */
static int raised(som_env *ev) {
	if (!ev->major) return 0;
	fail(ev->id ? ev->id : "IDL:omg.org/CORBA/UNKNOWN:1.0", ev->text);
	som_env_clear(ev);
	return 1;
}

/* ---- Values ---- */

static void *pointer_at(sq o) {
	void *p;
	if (!vm->isBytes(o) || vm->byteSizeOf(o) != 8) return NULL;
	memcpy(&p, vm->firstIndexableField(o), sizeof p);
	return p;
}

static sq pointer(const void *p) {
	sq o = vm->instantiateClassindexableSize(vm->classByteArray(), 8);
	memset(vm->firstIndexableField(o), 0, 8);
	memcpy(vm->firstIndexableField(o), &p, sizeof p);
	return o;
}

static sq text(const char *s) {
	size_t n = strlen(s);
	sq o = vm->instantiateClassindexableSize(vm->classString(), (sq)n);
	memcpy(vm->firstIndexableField(o), s, n);
	return o;
}

/* The object that an instance of SomObject stands for: its first variable. */
static som_ref object_at(sq o) {
	if (vm->isIntegerObject(o) || !vm->isPointers(o) || vm->slotSizeOf(o) < 1) return NULL;
	sq h = vm->fetchPointerofObject(0, o);
	return vm->isIntegerObject(h) ? NULL : pointer_at(h);
}

/* A whole number of those of a type; 0: it is none. */
static int whole(sq o, int64_t least, uint64_t most, uint64_t *to) {
	int64_t v;
	if (vm->isIntegerObject(o)) v = vm->integerValueOf(o);
	else if (vm->fetchClassOf(o) == vm->classLargePositiveInteger()) {
		if (vm->byteSizeOf(o) > 8) return 0;
		uint64_t u = 0;
		const uint8_t *b = vm->firstIndexableField(o);
		for (int i = vm->byteSizeOf(o); i-- > 0;) u = u << 8 | b[i];
		*to = u;
		return u <= most;
	} else if (vm->fetchClassOf(o) == vm->classLargeNegativeInteger()) {
		if (vm->byteSizeOf(o) > 8) return 0;
		uint64_t u = 0;
		const uint8_t *b = vm->firstIndexableField(o);
		for (int i = vm->byteSizeOf(o); i-- > 0;) u = u << 8 | b[i];
		if (u > UINT64_C(1) << 63) return 0;
		v = u == UINT64_C(1) << 63 ? INT64_MIN : -(int64_t)u;
	} else return 0;
	if (v < least || (v > 0 && (uint64_t)v > most)) return 0;
	*to = (uint64_t)v;
	return 1;
}

/* The octets of a character in UTF-8. */
static char *encode(char *p, uint32_t c) {
	if (c < 0x80) return *p++ = (char)c, p;
	if (c < 0x800) *p++ = (char)(0xC0 | c >> 6);
	else {
		if (c < 0x10000) *p++ = (char)(0xE0 | c >> 12);
		else *p++ = (char)(0xF0 | c >> 18), *p++ = (char)(0x80 | (c >> 12 & 63));
		*p++ = (char)(0x80 | (c >> 6 & 63));
	}
	*p++ = (char)(0x80 | (c & 63));
	return p;
}

/* Text of an Array of characters' numbers. */
static char *coded(sq o) {
	sq n = vm->stSizeOf(o);
	char *s = som_allocate(4 * (size_t)n + 1), *p = s;
	if (!s) return NULL;
	for (sq i = 1; i <= n; i++) {
		sq e = vm->stObjectat(o, i), c = vm->isIntegerObject(e) ? vm->integerValueOf(e) : 0;
		if (c < 1 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) { som_deallocate(s); return NULL; }
		p = encode(p, (uint32_t)c);
	}
	*p = 0;
	return s;
}

/* Text that a call has made of a String, whose characters are those of ISO 8859-1, or of an Array of Unicode's numbers; freed when the call is over. NULL: it is none. */
static char *utf8(sq o) {
	if (vm->isIntegerObject(o)) return NULL;
	if (vm->isArray(o)) return coded(o);
	if (!vm->isBytes(o)) return NULL;
	size_t n = (size_t)vm->byteSizeOf(o);
	const uint8_t *b = vm->firstIndexableField(o);
	char *s = som_allocate(2 * n + 1), *p = s;
	if (!s) return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!b[i]) { som_deallocate(s); return NULL; }
		p = encode(p, b[i]);
	}
	*p = 0;
	return s;
}

/* 1, or 0 where the value has no place in the type. Text is owned by *to. */
static int value_of(const somh_type *t, int nullable, sq o, som_value *to) {
	uint64_t w = 0;
	to->L = 0;
	switch (t->kind) {
	case SOMH_BOOLEAN:
		if (o != vm->trueObject() && o != vm->falseObject()) return 0;
		to->b = o == vm->trueObject();
		return 1;
	case SOMH_CHAR:
		if (vm->isIntegerObject(o) || vm->fetchClassOf(o) != vm->classCharacter()) return 0;
		to->b = (uint8_t)vm->fetchIntegerofObject(0, o);
		return 1;
	case SOMH_OCTET: if (!whole(o, 0, 255, &w)) return 0; to->b = (uint8_t)w; return 1;
	case SOMH_INT8: if (!whole(o, -128, 127, &w)) return 0; to->b = (uint8_t)w; return 1;
	case SOMH_SHORT: if (!whole(o, INT16_MIN, INT16_MAX, &w)) return 0; to->h = (int16_t)w; return 1;
	case SOMH_USHORT: case SOMH_WCHAR: if (!whole(o, 0, UINT16_MAX, &w)) return 0; to->H = (uint16_t)w; return 1;
	case SOMH_LONG: if (!whole(o, INT32_MIN, INT32_MAX, &w)) return 0; to->i = (int32_t)w; return 1;
	case SOMH_ULONG: if (!whole(o, 0, UINT32_MAX, &w)) return 0; to->u = (uint32_t)w; return 1;
	case SOMH_ENUM: if (!whole(o, 0, t->nmembers - 1, &w)) return 0; to->u = (uint32_t)w; return 1;
	case SOMH_LONGLONG: if (!whole(o, INT64_MIN, INT64_MAX, &w)) return 0; to->l = (int64_t)w; return 1;
	case SOMH_ULONGLONG: if (!whole(o, 0, UINT64_MAX, &w)) return 0; to->L = w; return 1;
	case SOMH_FLOAT: case SOMH_DOUBLE: {
		double d;
		if (vm->isIntegerObject(o)) d = vm->integerValueOf(o);
		else if (vm->isFloatObject(o)) d = vm->floatValueOf(o);
		else if (vm->fetchClassOf(o) == vm->classLargePositiveInteger() || vm->fetchClassOf(o) == vm->classLargeNegativeInteger()) {
			if (!whole(o, INT64_MIN, UINT64_MAX, &w)) return 0;
			d = vm->fetchClassOf(o) == vm->classLargePositiveInteger() ? (double)w : (double)(int64_t)w;
		} else return 0;
		if (t->kind == SOMH_FLOAT && isfinite(d) && !isfinite((float)d)) return 0;
		if (t->kind == SOMH_FLOAT) to->f = (float)d; else to->d = d;
		return 1;
	}
	case SOMH_STRING:
		if (o == vm->nilObject()) return nullable;
		if (vm->isIntegerObject(o) || !(vm->isArray(o) || vm->fetchClassOf(o) == vm->classString() || vm->isKindOf(o, "Symbol"))) return 0;
		return (to->s = utf8(o)) != NULL;
	case SOMH_OBJECT:
		if (o == vm->nilObject()) return nullable;
		if (!(to->o = object_at(o)) || !vm->isKindOf(o, "SomObject")) return 0;
		if (t->name && *t->name) {
			som_class *c = som_class_registered(t->name, NULL);
			int is = !c || som_is_a(to->o, c);
			if (c) som_release(&c->object);
			return is;
		}
		return 1;
	case SOMH_POINTER:
		if (o == vm->nilObject()) return 1;
		return (to->p = pointer_at(o)) != NULL;
	}
	return 0;
}

/* The value as an object. Text as UTF-8 in a String, an object as a pointer: Smalltalk's side makes of both what they are. */
static sq object_of(const somh_type *t, const som_value *v) {
	switch (t->kind) {
	case SOMH_BOOLEAN: return v->b ? vm->trueObject() : vm->falseObject();
	case SOMH_CHAR: return vm->fetchPointerofObject(v->b, vm->characterTable());
	case SOMH_OCTET: return vm->integerObjectOf(v->b);
	case SOMH_INT8: return vm->integerObjectOf((int8_t)v->b);
	case SOMH_SHORT: return vm->integerObjectOf(v->h);
	case SOMH_USHORT: case SOMH_WCHAR: return vm->integerObjectOf(v->H);
	case SOMH_LONG: return vm->isIntegerValue(v->i) ? vm->integerObjectOf(v->i) : vm->signed64BitIntegerFor(v->i);
	case SOMH_ULONG: case SOMH_ENUM: return vm->positive32BitIntegerFor(v->u);
	case SOMH_LONGLONG: return v->l >= INT32_MIN / 2 && v->l <= INT32_MAX / 2 ? vm->integerObjectOf((sq)v->l) : vm->signed64BitIntegerFor(v->l);
	case SOMH_ULONGLONG: return vm->positive64BitIntegerFor(v->L);
	case SOMH_FLOAT: return vm->floatObjectOf(v->f);
	case SOMH_DOUBLE: return vm->floatObjectOf(v->d);
	case SOMH_STRING: return v->s ? text(v->s) : vm->nilObject();
	case SOMH_OBJECT: case SOMH_POINTER: return v->p ? pointer(v->p) : vm->nilObject();
	}
	return vm->nilObject();
}

static int simple(const somh_type *t) {
	return t->kind != SOMH_NONE && !t->apart && t->kind != SOMH_WSTRING && t->kind != SOMH_MAKING && t->kind != SOMH_EXCEPTION;
}

/* Why Smalltalk cannot call or override a method; NULL: it can. */
static const char *why(const somh_method *m) {
	if (m->why) return m->why;
	if (m->kind == SOM_PROCEDURE) return "it is a procedure";
	if (m->flags & SOMH_INIT) return "it is an initializer with arguments";
	if (!simple(m->result.type)) return "its result has no form in Smalltalk";
	for (uint32_t i = 0; i < m->nparams; i++)
		if (m->params[i].direction != SOMH_IN || !simple(m->params[i].type)) return "a parameter has no form in Smalltalk";
	if (m->nparams > 12) return "it has more parameters than a method of Smalltalk";
	return NULL;
}

/* ---- Calls ---- */

/* A class of an object, described; the last is remembered. */
static const somh_class *class_of(som_ref o, som_env *ev) {
	static som_class *last;
	static const somh_class *is;
	som_class *c = som_class_of(o);
	if (c != last || !is) {
		is = somh_describe(c, ev);
		last = c;
	}
	return is;
}

/* Ends the arguments of a call that are not given away with it: a text was made for it, an object is held as long as it takes. */
static void end_arguments(const somh_method *m, som_value *args, uint32_t done, int called) {
	for (uint32_t i = 0; i < done; i++) {
		const somh_param *p = &m->params[i];
		if (called && p->owner == SOMH_OBJECTS) continue;
		if (p->type->kind == SOMH_STRING) som_deallocate((void *)(uintptr_t)args[p->slot].s);
		else if (p->type->kind == SOMH_OBJECT && args[p->slot].o) som_release(args[p->slot].o);
	}
}

/* Calls a method as Smalltalk found it, with arguments that a function tells. Receiver and objects are held meanwhile: what is called may have Smalltalk let them go. */
static int call(const struct entry *e, som_ref o, sq (*argument)(sq), sq from) {
	const somh_method *m = e->m;
	som_value args[SOMH_MAX_ARGS] = {{0}}, result = {0};
	som_env ev = {0};
	uint32_t n = m->nparams, done = 0;
	sq count = vm->methodArgumentCount(), before = under_way; /* what runs within says another number */
	int called = 0;
	const char *no = why(m);
	if (no) return fail("IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", no);
	for (; done < n; done++) {
		const somh_param *p = &m->params[done];
		if (!value_of(p->type, p->nullable, argument(from - (sq)done), &args[p->slot])) break;
		if (p->type->kind == SOMH_OBJECT && args[p->slot].o) som_retain(args[p->slot].o);
	}
	under_way = count;
	som_retain(o);
	if (done == n) {
		const somh_class *of = class_of(o, &ev);
		som_proc *proc = of ? somh_proc(m, e->k, of, o) : NULL;
		if (ev.major) ;
		else if (!proc) som_raise_system(&ev, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, SOM_COMPLETED_NO, "nobody above implements it");
		else called = (of->elsewhere ? somh_call_open : somh_call)(m, proc, o, args, &result, &ev) == SOM_OK;
	} else {
		char s[300];
		snprintf(s, sizeof s, "argument %u of %s is no value for it", done + 1, m->name);
		som_raise_system(&ev, bad, 0, SOM_COMPLETED_NO, s);
	}
	sq r = 0;
	int good = !ev.major;
	if (good) {
		if (m->result.type->kind == SOMH_OBJECT && result.o && m->result.owner != SOMH_CALLERS) som_retain(result.o); /* what Smalltalk gets is owned */
		r = m->result.type->kind == SOMH_VOID ? vm->nilObject() : object_of(m->result.type, &result);
		if (m->result.type->kind == SOMH_STRING && result.s && m->result.owner == SOMH_CALLERS) som_deallocate((void *)(uintptr_t)result.s);
		vm->pushRemappableOop(r); /* what is given up may call overrides */
	}
	end_arguments(m, args, done, called);
	som_release(o);
	under_way = before;
	if (good) r = vm->popRemappableOop();
	if (raised(&ev)) return 0;
	vm->popthenPush(count + 1, m->result.type->kind == SOMH_VOID ? vm->stackValue(count) : r);
	return 1;
}

static const struct entry *numbered(sq n) {
	return vm->isIntegerObject(n) && vm->integerValueOf(n) >= FIRST && vm->integerValueOf(n) < FIRST + nmethods ? &methods[vm->integerValueOf(n) - FIRST] : NULL;
}

/* What a method of a made class is: its number is among its literals. */
EXPORT int primitiveCall(void) {
	sq method = vm->primitiveMethod(), n = vm->literalCountOf(method), args = vm->methodArgumentCount();
	const struct entry *m = NULL;
	for (sq i = n; i-- > 0 && !m;) m = numbered(vm->literalofMethod(i, method));
	som_ref o = object_at(vm->stackValue(args));
	if (!m || !o || args != (sq)m->m->nparams) return fail(bad, !m ? "no method has the number" : !o ? "the object has been released" : "another number of arguments");
	return call(m, o, vm->stackValue, args - 1);
}

static sq array;
static sq element(sq i) { return vm->stObjectat(array, i < 0 ? 1 - i : 1); }

/* receiver, number, Array: a call by number. */
EXPORT int primitiveCallIn(void) {
	const struct entry *m = numbered(vm->stackValue(1));
	som_ref o = object_at(vm->stackValue(2));
	array = vm->stackValue(0);
	if (!m || !o || !vm->isArray(array) || vm->stSizeOf(array) != (sq)m->m->nparams) return fail(bad, !o ? "the object has been released" : "no such method, or another number of arguments");
	return call(m, o, element, 0);
}

/* What a primitive has to do around what may call overrides. */
static sq calls_out(void) {
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

static const somh_class *class_at(sq o) { return vm->isIntegerObject(o) ? NULL : pointer_at(o); }

/* A name: the class, as a pointer. */
EXPORT int primitiveClassNamed(void) {
	som_env ev = {0};
	char *name = utf8(vm->stackValue(0));
	sq before = calls_out();
	const somh_class *c = name ? somh_named(name, &ev) : NULL;
	under_way = before;
	som_deallocate(name);
	if (raised(&ev)) return 0;
	if (!c) return fail(bad, "no name of a class");
	vm->popthenPush(2, pointer(c));
	return 1;
}

EXPORT int primitiveClassOf(void) {
	som_env ev = {0};
	som_ref o = pointer_at(vm->stackValue(0));
	const somh_class *c = o ? somh_describe(som_class_of(o), &ev) : NULL;
	if (raised(&ev)) return 0;
	if (!c) return fail(bad, "no object");
	vm->popthenPush(2, pointer(c));
	return 1;
}

static void describe(growing *g, const somh_method *m, const somh_class *k) {
	char s[64];
	int n;
	if (why(m)) return;
	for (n = 0; n < nmethods && (methods[n].m != m || methods[n].k != k); n++);
	if (n == MOST_METHODS) return;
	if (n == nmethods) methods[nmethods++] = (struct entry){m, k};
	snprintf(s, sizeof s, "%d ", n + FIRST);
	add(g, s);
	add(g, m->name);
	add(g, m->result.type->kind == SOMH_OBJECT ? " o" : m->result.type->kind == SOMH_STRING ? " s" : m->result.type->kind == SOMH_VOID ? " v" : " x");
	for (uint32_t i = 0; i < m->nparams; i++) {
		add(g, " ");
		add(g, m->params[i].name && *m->params[i].name ? m->params[i].name : "value");
		add(g, m->params[i].type->kind == SOMH_OBJECT ? " o" : m->params[i].type->kind == SOMH_STRING ? " s" : " x");
	}
	add(g, "\n");
}

/* A class as lines of words: name; parents; then of each method that it introduces or implements number, name, what its result is, parameters' names and what they are. With an
 * ancestor as the second argument, the methods that this one introduces, as the class has them. */
EXPORT int primitiveDescribe(void) {
	const somh_class *c = class_at(vm->stackValue(1)), *as = class_at(vm->stackValue(0));
	growing g = {0};
	if (!c) return fail(bad, "no class");
	add(&g, c->name);
	add(&g, "\n");
	for (uint32_t i = 0; i < c->nparents; i++) { add(&g, i ? " " : ""); add(&g, c->parents[i]->name); }
	add(&g, "\n");
	for (uint32_t i = 0; i < (as ? as : c)->nmethods; i++) describe(&g, &(as ? as : c)->methods[i], c);
	for (uint32_t i = 0; !as && i < c->nowns; i++) describe(&g, c->owns[i], c);
	sq r = text(g.s);
	free(g.s);
	vm->popthenPush(3, r);
	return 1;
}

EXPORT int primitiveNew(void) {
	som_env ev = {0};
	const somh_class *c = class_at(vm->stackValue(0));
	sq before = calls_out();
	som_ref o = c ? som_new(c->cls, &ev) : NULL;
	under_way = before;
	if (raised(&ev)) return 0;
	if (!o) return fail(bad, "no class");
	vm->popthenPush(2, pointer(o));
	return 1;
}

EXPORT int primitiveRelease(void) {
	som_ref o = pointer_at(vm->stackValue(0));
	if (!o) return fail(bad, "no object");
	sq before = calls_out();
	som_release(o);
	under_way = before;
	vm->pop(1);
	return 1;
}

EXPORT int primitiveRetain(void) {
	som_ref o = pointer_at(vm->stackValue(0));
	if (!o) return fail(bad, "no object");
	som_retain(o);
	vm->pop(1);
	return 1;
}

EXPORT int primitiveShared(void) {
	som_ref o = pointer_at(vm->stackValue(0));
	if (!o) return fail(bad, "no object");
	vm->popthenPush(2, somh_shared(o) ? vm->trueObject() : vm->falseObject());
	return 1;
}

/* The number that Smalltalk has given an object; 0: none. */
static somh_twins *twins;

EXPORT int primitiveTwin(void) {
	som_ref o = pointer_at(vm->stackValue(0));
	if (!o) return fail(bad, "no object");
	vm->popthenPush(2, vm->integerObjectOf(twins ? (sq)(intptr_t)somh_twin(twins, o) : 0));
	return 1;
}

EXPORT int primitiveTwinPut(void) {
	som_ref o = pointer_at(vm->stackValue(1));
	sq n = vm->stackIntegerValue(0);
	if (!twins) twins = somh_twins_new();
	if (!o || !twins || vm->failed() || !somh_twin_set(twins, o, (void *)(intptr_t)n)) return fail(bad, "no object, or no memory");
	vm->pop(2);
	return 1;
}

/* What failed last: an id and a text, a line each. */
EXPORT int primitiveError(void) {
	sq r = text(failure);
	failure[0] = 0;
	vm->popthenPush(1, r);
	return 1;
}

/* ---- What is lent ---- */

/* What an override returns and keeps, as IDL has it for attributes, lasts as long as the object, of the last values that are different; C borrows it. */
typedef struct lent {
	struct lent *next;
	const somh_method *m;
	uint32_t at;
	som_value values[MOST_LENT];
} lent;
static somh_twins *lents;
static pthread_mutex_t lending = PTHREAD_MUTEX_INITIALIZER; /* an object may end in any thread */

static void end_value(const somh_type *t, som_value v) {
	if (t->kind == SOMH_STRING) som_deallocate((void *)(uintptr_t)v.s);
	else if (t->kind == SOMH_OBJECT && v.o) som_release(v.o);
}

static void drop_lent(som_ref self, void *context) {
	(void)context;
	pthread_mutex_lock(&lending);
	lent *l = lents ? somh_twin(lents, self) : NULL;
	if (l) somh_twin_set(lents, self, NULL);
	pthread_mutex_unlock(&lending);
	for (lent *next; l; l = next) {
		next = l->next;
		for (int i = 0; i < MOST_LENT; i++) end_value(l->m->result.type, l->values[i]);
		free(l);
	}
}

/* Takes over a value, and says the one to return: a text or an object that is lent already is that. 0: no memory. */
static int lend(som_ref self, const somh_method *m, som_value *v) {
	const somh_type *t = m->result.type;
	som_value old = *v;
	int good = 1;
	if (!v->p) return 1;
	pthread_mutex_lock(&lending);
	if (!lents) lents = somh_twins_new();
	lent *first = lents ? somh_twin(lents, self) : NULL, *l = first;
	while (l && l->m != m) l = l->next;
	if (!l && (l = lents ? calloc(1, sizeof *l) : NULL)) {
		l->m = m;
		l->next = first;
		if (!somh_twin_set(lents, self, l)) free(l), l = NULL;
	}
	if (!l) good = 0;
	else {
		int i = 0;
		while (i < MOST_LENT && !(l->values[i].p && (t->kind == SOMH_STRING ? !strcmp(l->values[i].s, v->s) : l->values[i].o == v->o))) i++;
		if (i < MOST_LENT) *v = l->values[i];
		else {
			old = l->values[l->at];
			l->values[l->at] = *v;
			l->at = (l->at + 1) % MOST_LENT;
		}
	}
	pthread_mutex_unlock(&lending);
	end_value(t, old);
	return good;
}

/* ---- Overrides ---- */

/* A user exception has its members as IDL's default: Smalltalk has none for them. What ends it stands in front of it. */
enum { IN_FRONT = 16 };

static void drop_members(void *p) {
	const somh_type *t;
	memcpy(&t, (char *)p - IN_FRONT, sizeof t);
	somh_end(t, p);
	som_deallocate((char *)p - IN_FRONT);
}

static void default_members(const somh_type *t, char *p) {
	if (t->kind == SOMH_STRING) {
		char *s = som_allocate(1);
		if (s) *s = 0;
		memcpy(p, &s, sizeof s);
	} else if (t->kind == SOMH_STRUCT || t->kind == SOMH_EXCEPTION)
		for (uint32_t i = 0; i < t->nmembers; i++) default_members(t->members[i].type, p + t->members[i].offset);
}

/* Hands on what an override has signalled: a user exception, if the method says that it raises it. */
static void raise_as(const somh_method *m, som_env *ev, const char *id, const char *text) {
	const somh_type *t = NULL;
	for (uint32_t i = 0; i < m->nraises && !t; i++)
		if (m->raises[i]->id && !strcmp(m->raises[i]->id, id)) t = m->raises[i];
	if (!t) {
		som_raise_system(ev, id, 0, SOM_COMPLETED_MAYBE, text);
		return;
	}
	char *p = t->size && t->kind == SOMH_EXCEPTION ? som_allocate(IN_FRONT + (size_t)t->size) : NULL;
	if (p) {
		memset(p, 0, IN_FRONT + (size_t)t->size);
		memcpy(p, &t, sizeof t);
		default_members(t, p + IN_FRONT);
	}
	som_raise_user(ev, t->id, p ? p + IN_FRONT : NULL, p ? drop_members : NULL);
}

static void carry_out(const somh_method *m, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	if (nrequests == MOST_NESTED) {
		som_raise_system(ev, "IDL:omg.org/CORBA/IMP_LIMIT:1.0", 0, SOM_COMPLETED_NO, "smalltalk-nested-calls: 31 calls of overrides are within one another at most");
		return;
	}
	struct request *r = &requests[nrequests++];
	*r = (struct request){m, self, ev, args, result, 0, under_way, 0};
	sq before = under_way;
	som_retain(self);
	vm->signalSemaphoreWithIndex(semaphore);
	vm->callbackEnter(&r->id);
	under_way = before;
	nrequests--;
	for (; waiting > 0; waiting--) vm->signalSemaphoreWithIndex(ended);
	if (ntaken > nrequests) ntaken = nrequests;
	if (!r->answered) som_raise_system(ev, "IDL:omg.org/CORBA/UNKNOWN:1.0", 0, SOM_COMPLETED_MAYBE, "the override has not answered");
	for (uint32_t i = 0; i < m->nparams; i++) { /* what came in and is the object's has been copied */
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_IN && p->owner == SOMH_OBJECTS && simple(p->type)) end_value(p->type, args[p->slot]);
	}
	som_release(self);
}

/* Another thread's call waits until the machine is in a call of an object elsewhere, or attends. */
struct asked { const somh_method *m; som_ref self; som_env *ev; const som_value *args; som_value *result; };

static void do_asked(void *p) {
	struct asked *a = p;
	carry_out(a->m, a->self, a->ev, a->args, a->result);
}

static void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	struct asked a = {context, self, ev, args, result};
	somh_home_do(do_asked, &a, ev);
}

/* Does what other threads have for Smalltalk. */
EXPORT int primitiveAttend(void) {
	sq before = calls_out();
	somh_home_serve();
	under_way = before;
	return 1;
}

/* name, parent, Array of methods' numbers: a class below the parent that overrides them. */
EXPORT int primitiveDefine(void) {
	som_env ev = {0};
	const somh_class *parent = class_at(vm->stackValue(1));
	sq all = vm->stackValue(0), n = vm->isArray(all) ? vm->stSizeOf(all) : -1;
	char *name = utf8(vm->stackValue(2));
	struct somh_override *over = n >= 0 ? calloc((size_t)n + 1, sizeof *over) : NULL;
	const somh_class *c = NULL;
	int good = parent && name && over;
	for (sq i = 0; good && i < n; i++) {
		const struct entry *m = numbered(vm->stObjectat(all, i + 1));
		if (!m) good = 0;
		else over[i] = (struct somh_override){m->m, (void *)(uintptr_t)m->m};
	}
	if (good) {
		static char some;
		somh_definition d = {.size_of = sizeof d, .noverrides = (uint32_t)n, .nparents = 1, .name = name, .parents = &parent, .overrides = over, .handler = handle, .end = drop_lent, .context = &some};
		sq before = calls_out();
		c = somh_define(&d, &ev);
		under_way = before;
	}
	free(over);
	som_deallocate(name);
	if (raised(&ev)) return 0;
	if (!c) return fail(bad, "no class can be made of it");
	vm->popthenPush(4, pointer(c));
	return 1;
}

/* Numbers of semaphores: one is signalled when a request comes, the other for each answer that waits when one has been answered. */
EXPORT int primitiveServe(void) {
	semaphore = vm->stackIntegerValue(1);
	ended = vm->stackIntegerValue(0);
	if (vm->failed()) return fail(bad, "no semaphore's number");
	somh_home_set();
	vm->pop(2);
	return 1;
}

/* How long other threads wait for the machine's, in milliseconds, up to a day. */
EXPORT int primitivePatience(void) {
	sq ms = vm->stackIntegerValue(0);
	if (vm->failed() || ms < 1 || ms > 86400000) return fail(bad, "patience: takes milliseconds, from 1 to 86400000");
	somh_home_patience((uint32_t)ms);
	vm->pop(1);
	return 1;
}

/* The next request, an Array of a level, a method's number, the receiver's pointer, how many arguments the answer has, and those of the call; nil: there is none. */
EXPORT int primitiveRequest(void) {
	if (ntaken == nrequests) {
		vm->popthenPush(1, vm->nilObject());
		return 1;
	}
	struct request *r = &requests[ntaken++];
	int number;
	for (number = 0; methods[number].m != r->m; number++);
	sq a = vm->instantiateClassindexableSize(vm->classArray(), (sq)(4 + r->m->nparams));
	vm->pushRemappableOop(a);
	for (uint32_t i = 0; i < 4 + r->m->nparams; i++) {
		sq v = i == 0 ? vm->integerObjectOf(ntaken) : i == 1 ? vm->integerObjectOf(number + FIRST) : i == 2 ? pointer(r->self) :
			i == 3 ? vm->integerObjectOf(r->count) : object_of(r->m->params[i - 4].type, &r->args[r->m->params[i - 4].slot]);
		a = vm->popRemappableOop();
		vm->stObjectatput(a, (sq)i + 1, v);
		vm->pushRemappableOop(a);
	}
	vm->popthenPush(1, vm->popRemappableOop());
	return 1;
}

/* The receiver has a level, a value, and id and text of what was raised, or nil. Jumps back into the call; fails where it is not the innermost. */
EXPORT int primitiveAnswer(void) {
	sq count = vm->methodArgumentCount(), self = vm->stackValue(count), level = vm->fetchPointerofObject(0, self), id = vm->fetchPointerofObject(2, self),
		say = vm->fetchPointerofObject(3, self);
	level = vm->isIntegerObject(level) ? vm->integerValueOf(level) : 0;
	if (level >= 1 && level < nrequests) {
		waiting++;
		return fail("WAIT", "an override within it has not ended");
	}
	if (level < 1 || level != nrequests || count != requests[level - 1].count) return fail("IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", "no call of an override has the number");
	struct request *r = &requests[level - 1];
	if (id != vm->nilObject()) {
		char *i = utf8(id), *s = utf8(say);
		raise_as(r->m, r->ev, i ? i : "IDL:omg.org/CORBA/UNKNOWN:1.0", s ? s : "");
		som_deallocate(i);
		som_deallocate(s);
	} else if (r->m->result.type->kind != SOMH_VOID) {
		som_value v;
		if (!value_of(r->m->result.type, r->m->result.nullable || r->m->result.type->kind == SOMH_STRING, vm->fetchPointerofObject(1, self), &v)) {
			char s[300];
			snprintf(s, sizeof s, "the override of %s returns what is no value for its result", r->m->name);
			som_raise_system(r->ev, bad, 0, SOM_COMPLETED_YES, s);
		} else {
			if (r->m->result.type->kind == SOMH_OBJECT && v.o) som_retain(v.o);
			if ((r->m->result.type->kind == SOMH_OBJECT || r->m->result.type->kind == SOMH_STRING) && (r->m->result.owner == SOMH_OBJECTS || !r->result)) {
				if (!lend(r->self, r->m, &v)) {
					v.L = 0;
					som_raise_system(r->ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_YES, "no memory for what is lent");
				}
			}
			if (r->result) *r->result = v;
		}
	}
	r->answered = 1;
	vm->pop(count);
	vm->callbackLeave(r->id);
	return fail("IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", "the machine did not go back");
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
