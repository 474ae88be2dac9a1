/*
 * overrides.c: classes of Smalltalk's, whose overrides C++ calls.
 *
 * A call of an override leaves its request on a stack, and has the machine run another process of Smalltalk (callbackEnter), which asks for it by
 * primitiveRequest and ends it by primitiveAnswer: that jumps back to here, so that frames between are gone. Requests end in the reverse order.
 */
#include "plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One method that a class of Smalltalk's overrides; lasts as long as the process. */
typedef struct over {
	const somh_method *m;
	sq number, class; /* by which Smalltalk knows the method and the class that overrides it: one below may have passed it */
	int general;
} over;

static sq semaphore, ended; /* numbers of those that are signalled when a request comes, and for each answer that waits when one has been answered */

static struct request {
	const over *of;
	som_ref self;
	som_env *ev;
	const som_value *args;
	som_value *result;
	sq id;
	sq count; /* arguments of the primitive that is under way: the one that answers has to have as many, since the machine goes on with its number */
	sq parts; /* of the arguments */
	int answered;
	int others; /* another thread's call */
} requests[MOST_NESTED];
static int nrequests, ntaken;
static int waiting; /* answers that have to wait for what is within */

/* ---- Calls ---- */

static int is_behind(const somh_param *p) { return p->type->apart || p->direction != SOMH_IN; }
static int is_optional(const somh_param *p) { return p->direction == SOMH_IN && p->nullable && p->type->apart; }

static const void *value_at(const somh_param *p, const som_value *args) { return is_behind(p) ? args[p->slot].p : (const void *)&args[p->slot]; }

/* How many leaves the arguments are; -1: they cannot go over, which ev says. */
static sq parts_of(const somh_method *m, const som_value *args, som_env *ev) {
	measure n = {0, 0};
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		const void *v = value_at(p, args);
		n.parts += is_optional(p);
		if (v && p->direction != SOMH_OUT) measure_value(&n, p->type, v, 0);
		if (v || is_optional(p)) continue;
		char s[300];
		snprintf(s, sizeof s, "argument %u of %s is NULL", i + 1, m->name);
		som_raise_system(ev, BAD_PARAM, 0, SOM_COMPLETED_NO, s);
		return -1;
	}
	if (!beyond(&n)) return (sq)n.parts;
	som_raise_system(ev, "IDL:omg.org/CORBA/IMP_LIMIT:1.0", 0, SOM_COMPLETED_NO, beyond(&n));
	return -1;
}

static void enter(const over *of, som_ref self, som_env *ev, const som_value *args, som_value *result, int others) {
	sq parts = parts_of(of->m, args, ev);
	if (parts < 0) return;
	if (nrequests == MOST_NESTED) {
		som_raise_system(ev, "IDL:omg.org/CORBA/IMP_LIMIT:1.0", 0, SOM_COMPLETED_NO, "smalltalk-nested-calls: 31 calls of overrides are within one another at most");
		return;
	}
	struct request *r = &requests[nrequests++];
	*r = (struct request){of, self, ev, args, result, 0, under_way, parts, 0, others};
	sq before = under_way;
	som_retain(self);
	vm->signalSemaphoreWithIndex(semaphore);
	vm->callbackEnter(&r->id);
	under_way = before;
	nrequests--;
	for (; waiting > 0; waiting--) vm->signalSemaphoreWithIndex(ended);
	if (ntaken > nrequests) ntaken = nrequests;
	if (!r->answered) som_raise_system(ev, "IDL:omg.org/CORBA/UNKNOWN:1.0", 0, SOM_COMPLETED_MAYBE, "the override has not answered");
	som_release(self);
}

/* Another thread's call waits until the machine is in a call that lets it in, or attends. */
struct asked { const over *of; som_ref self; som_env *ev; const som_value *args; som_value *result; int others; };

static void do_asked(void *p) {
	struct asked *a = p;
	som_env nobodys = {0};
	enter(a->of, a->self, a->ev ? a->ev : &nobodys, a->args, a->result, a->others);
	som_env_clear(&nobodys);
	somh_took(a->of->m, a->args); /* it has been copied */
}

void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	const over *of = context;
	struct asked a = {of, self, of->m->flags & SOMH_OIDL ? NULL : ev, args, result, !somh_at_home()};
	if (!somh_ending(self)) {
		somh_home_do(do_asked, &a, a.ev);
		return;
	}
	/* Smalltalk has let it go, and what C++ does at its end is above. */
	const somh_class *c = somh_describe(som_class_of(self), NULL);
	som_proc *proc = c && c->nmade ? somh_above(c->made[0], of->m) : NULL;
	if (proc) somh_call(of->m, proc, self, args, result, a.ev);
	else som_raise_system(a.ev, "IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0", 0, SOM_COMPLETED_NO, "the object's end has begun");
}

/* Does what other threads have for Smalltalk. */
EXPORT int primitiveAttend(void) {
	sq before = calls_out();
	somh_home_serve();
	under_way = before;
	return 1;
}

/* Numbers of semaphores. */
EXPORT int primitiveServe(void) {
	semaphore = vm->stackIntegerValue(1);
	ended = vm->stackIntegerValue(0);
	if (vm->failed()) return fail(BAD_PARAM, "no semaphore's number");
	somh_home_set();
	vm->pop(2);
	return 1;
}

/* How long other threads wait for the machine's, in milliseconds, up to a day. */
EXPORT int primitivePatience(void) {
	sq ms = vm->stackIntegerValue(0);
	if (vm->failed() || ms < 1 || ms > 86400000) return fail(BAD_PARAM, "patience: takes milliseconds, from 1 to 86400000");
	somh_home_patience((uint32_t)ms);
	vm->pop(1);
	return 1;
}

/* ---- Classes ---- */

enum { MOST_PARENTS = 64 };

/* name, Array of parents, Array of methods' numbers, its number: a class below the parents that overrides the methods. */
EXPORT int primitiveDefine(void) {
	som_env ev = {0};
	sq parents = vm->stackValue(2), all = vm->stackValue(1), class = vm->stackIntegerValue(0), nparents = leaves_of(parents).n, n = leaves_of(all).n;
	const somh_class *above[MOST_PARENTS], *c = NULL;
	char *name = utf8(vm->stackValue(3));
	struct somh_override *overrides = n >= 0 ? calloc((size_t)n + 1, sizeof *overrides) : NULL;
	over *overs = n >= 0 ? calloc((size_t)n + 1, sizeof *overs) : NULL;
	int good = name && overrides && overs && nparents > 0 && nparents <= MOST_PARENTS && !vm->failed();
	for (sq i = 0; good && i < nparents; i++) good = (above[i] = pointer_at(vm->stObjectat(parents, i + 1))) != NULL;
	for (sq i = 0; good && i < n; i++) {
		sq number = vm->stObjectat(all, i + 1);
		const entry *e = numbered(number);
		if (!e) good = 0;
		else {
			overs[i] = (over){e->m, vm->integerValueOf(number), class, is_general(e->m)};
			overrides[i] = (struct somh_override){e->m, &overs[i]};
		}
	}
	if (good) {
		static char some;
		somh_definition d = {.size_of = sizeof d, .noverrides = (uint32_t)n, .nparents = (uint32_t)nparents, .name = name, .parents = above, .overrides = overrides, .handler = handle,
			.begin = on_begin, .end = on_end, .context = &some};
		sq before = calls_out();
		c = somh_define(&d, &ev);
		under_way = before;
	}
	if (!c && ev.code != SOM_E_BUSY) free(overs); /* else a class is there whose closures point to these */
	free(overrides);
	som_deallocate(name);
	if (failed_by(NULL, &ev, NULL, NULL)) return 0;
	if (!c) return fail(BAD_PARAM, "no class can be made of it");
	vm->popthenPush(5, pointer(c));
	return 1;
}

/* ---- Requests and answers ---- */

enum { LEVEL, NUMBER, RECEIVER, COUNT, CLASS, PROCESS, BEGUN, ARGUMENTS }; /* the two before the last are Smalltalk's: who carries it out, and since when */

/* The next request, an Array of a level, a method's number, the receiver's pointer, how many arguments the answer has, the number of the class whose override is called, a place for Smalltalk's
 * use, 0 for another thread's call or else nil, and the leaves of what goes in; nil: there is none. */
EXPORT int primitiveRequest(void) {
	if (ntaken == nrequests) {
		vm->popthenPush(1, vm->nilObject());
		return 1;
	}
	struct request *r = &requests[ntaken++];
	const somh_method *m = r->of->m;
	sq a = vm->instantiateClassindexableSize(vm->classArray(), ARGUMENTS + r->parts), at = ARGUMENTS;
	vm->stObjectatput(a, LEVEL + 1, vm->integerObjectOf(ntaken));
	vm->stObjectatput(a, NUMBER + 1, vm->integerObjectOf(r->of->number));
	vm->stObjectatput(a, COUNT + 1, vm->integerObjectOf(r->count));
	vm->stObjectatput(a, CLASS + 1, vm->integerObjectOf(r->of->class));
	if (r->others) vm->stObjectatput(a, BEGUN + 1, vm->integerObjectOf(0));
	vm->pushRemappableOop(a);
	sq self = pointer(r->self);
	vm->stObjectatput(a = vm->popRemappableOop(), RECEIVER + 1, self);
	vm->pushRemappableOop(a);
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		const void *v = value_at(p, r->args);
		if (is_optional(p)) put_leaf(&at, v ? vm->trueObject() : vm->falseObject());
		if (v && p->direction != SOMH_OUT) put_leaves(&at, p->type, v, 0);
	}
	vm->popthenPush(1, vm->popRemappableOop());
	return 1;
}

/* Takes one value that comes out into a frame. */
static int take_one(struct request *r, somh_frame *f, const somh_param *p, leaves *in) {
	const somh_method *m = r->of->m;
	void *cell = somh_frame_cell(f, p);
	char s[300];
	if (cell && take(in, p->type, p->nullable, cell, 0)) return 1;
	snprintf(s, sizeof s, p == &m->result ? "the override of %s returns what is no value for its result" : "the override of %s has no value for its parameter %s", m->name, p->name);
	som_raise_system(r->ev, cell ? BAD_PARAM : "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_YES, s);
	return 0;
}

/* Gives what has been taken to where C++ wants it. 0: no memory. */
static int give(struct request *r, struct somh_cell *c, void *to) {
	if (!to) return 1; /* nobody wants it: the frame ends it */
	c->ends = 0;
	return somh_give(r->self, r->of->m, c->of, c->p, to);
}

/* First takes all, since the Array may move as soon as others are called, which giving may do. */
static void give_all(struct request *r, sq value) {
	const somh_method *m = r->of->m;
	leaves in = r->of->general ? leaves_of(value) : (leaves){ALONE, value, 0, 1};
	somh_frame f;
	int good = 1;
	somh_frame_begin(&f);
	if (m->result.type->kind != SOMH_VOID) good = take_one(r, &f, &m->result, &in);
	for (uint32_t i = 0; good && i < m->nparams; i++)
		if (m->params[i].direction != SOMH_IN) good = take_one(r, &f, &m->params[i], &in);
	for (uint32_t i = 0; good && i < f.ncells; i++) {
		const somh_param *p = f.cells[i].of;
		good = give(r, &f.cells[i], p == &m->result && !p->type->apart ? (void *)r->result : r->args[p->slot].p);
		if (good) continue;
		somh_take_back(m, i, r->args, r->result);
		som_raise_system(r->ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_YES, "no memory for what an override returns");
	}
	somh_frame_end(&f);
}

/* ---- Exceptions ---- */

/* IDL's defaults: numbers are 0 already, texts are empty. */
static void default_members(const somh_type *t, char *p) {
	if (t->kind == SOMH_STRING || t->kind == SOMH_WSTRING) {
		void *s = som_allocate(sizeof(uint16_t));
		if (s) memset(s, 0, sizeof(uint16_t));
		memcpy(p, &s, sizeof s);
	} else if (t->kind == SOMH_STRUCT || t->kind == SOMH_EXCEPTION)
		for (uint32_t i = 0; i < t->nmembers; i++) default_members(t->members[i].type, p + t->members[i].offset);
	else if (t->kind == SOMH_ARRAY)
		for (uint64_t i = 0; i < t->bound; i++) default_members(t->elem, p + i * t->elem->size);
}

static void raise_user(struct request *r, const somh_type *t, sq members) {
	leaves in = leaves_of(members);
	char *p = calloc(1, (size_t)t->size + 1);
	if (!p) som_raise_system(r->ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_MAYBE, "no memory for an exception");
	else if (in.n < 0) {
		default_members(t, p);
		somh_raise(r->ev, t, p);
	} else if (take(&in, t, 0, p, 0)) somh_raise(r->ev, t, p);
	else {
		char s[300];
		somh_end(t, p);
		snprintf(s, sizeof s, "the override of %s raises %.150s with a member that has no value for its type", r->of->m->name, t->name);
		som_raise_system(r->ev, BAD_PARAM, 0, SOM_COMPLETED_YES, s);
	}
	free(p);
}

static void raise_system(struct request *r, const char *id, const char *say, sq minor, sq completed) {
	sq c = vm->isIntegerObject(completed) ? vm->integerValueOf(completed) : -1;
	uint32_t code = minor == vm->nilObject() ? 0 : (uint32_t)vm->positive32BitValueOf(minor);
	som_raise_system(r->ev, id, code, c == SOM_COMPLETED_YES || c == SOM_COMPLETED_NO ? (uint32_t)c : SOM_COMPLETED_MAYBE, say);
}

enum { AT_LEVEL, AT_VALUE, AT_ID, AT_TEXT, AT_MEMBERS, AT_MINOR, AT_COMPLETED, AT_KEPT };

/* Hands on what an override has signalled: a user exception, if the method says that it raises it; one of Smalltalk's own by its number. */
static void raise_as(struct request *r, sq self) {
	char *id = utf8(vm->fetchPointerofObject(AT_ID, self)), *say = utf8(vm->fetchPointerofObject(AT_TEXT, self));
	sq kept = vm->fetchPointerofObject(AT_KEPT, self);
	const somh_method *m = r->of->m;
	const somh_type *t = NULL;
	for (uint32_t i = 0; id && i < m->nraises && !t; i++)
		if (m->raises[i]->id && !strcmp(m->raises[i]->id, id)) t = m->raises[i];
	if (t) raise_user(r, t, vm->fetchPointerofObject(AT_MEMBERS, self));
	else if (vm->isIntegerObject(kept)) raise_kept(r->ev, (int)vm->integerValueOf(kept), say);
	else raise_system(r, id ? id : "IDL:omg.org/CORBA/UNKNOWN:1.0", say ? say : "", vm->fetchPointerofObject(AT_MINOR, self), vm->fetchPointerofObject(AT_COMPLETED, self));
	som_deallocate(id);
	som_deallocate(say);
}

/* The receiver has a level, a value, and what was raised: id, text, a user exception's leaves, minor code, completion, the number of an exception of Smalltalk's own; or nil. Jumps back into the call;
 * fails where it is not the innermost. */
EXPORT int primitiveAnswer(void) {
	sq count = vm->methodArgumentCount(), self = vm->stackValue(count), level = vm->fetchPointerofObject(AT_LEVEL, self);
	level = vm->isIntegerObject(level) ? vm->integerValueOf(level) : 0;
	if (level >= 1 && level < nrequests) {
		waiting++;
		vm->primitiveFail();
		return 0;
	}
	if (level < 1 || level != nrequests || count != requests[level - 1].count) return fail(BAD_INV_ORDER, "no call of an override has the number");
	struct request *r = &requests[level - 1];
	sq before = calls_out();
	if (vm->fetchPointerofObject(AT_ID, self) != vm->nilObject()) raise_as(r, self);
	else give_all(r, vm->fetchPointerofObject(AT_VALUE, self));
	under_way = before;
	r->answered = 1;
	vm->pop(count);
	vm->callbackLeave(r->id);
	return fail(BAD_INV_ORDER, "the machine did not go back");
}
