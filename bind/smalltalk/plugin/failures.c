/* failures.c: why primitives have failed, and Smalltalk's own exceptions on their way through others. */
#include "plugin.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Another process may fail before the one that has failed asks: it says for which object. */
static struct failure { const void *receiver; som_env ev; const somh_type *type; } failures[MOST_FAILURES];
static int nfailures;

static void forget(int i) {
	struct failure f = failures[i];
	memmove(&failures[i], &failures[i + 1], (size_t)(--nfailures - i) * sizeof *failures);
	som_env_clear(&f.ev);
}

static int keep_failure(const void *receiver, som_env *ev, const somh_type *type) {
	if (nfailures == MOST_FAILURES) forget(0); /* of a process that was terminated before it asked */
	failures[nfailures++] = (struct failure){receiver, *ev, type};
	memset(ev, 0, sizeof *ev);
	vm->primitiveFail();
	return 0;
}

int fail_of(const void *receiver, const char *id, const char *text) {
	som_env ev = {0};
	som_raise_system(&ev, id, 0, SOM_COMPLETED_NO, text);
	return keep_failure(receiver, &ev, NULL);
}

int fail(const char *id, const char *text) { return fail_of(NULL, id, text); }

int failed_by(const void *receiver, som_env *ev, const somh_method *m, som_ref o) {
	if (!ev->major) return 0;
	const somh_type *t = ev->major == SOM_USER_EXCEPTION ? somh_exception(ev, m, o) : NULL;
	keep_failure(receiver, ev, t && t->nmembers ? t : NULL);
	return 1;
}

/* ---- Smalltalk's own exceptions ---- */

/* Numbers of those that nobody has any more; whoever drops one may be another thread. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int *dropped;
static size_t ndropped, room;

static void drop_kept(void *value) {
	pthread_mutex_lock(&lock);
	if (ndropped == room) {
		int *more = realloc(dropped, (2 * room + 16) * sizeof *dropped);
		if (more) dropped = more, room = 2 * room + 16;
	}
	if (ndropped < room) dropped[ndropped++] = *(int *)value; /* else it stays in Smalltalk */
	pthread_mutex_unlock(&lock);
	som_deallocate(value);
}

void raise_kept(som_env *ev, int number, const char *text) {
	int *value = som_allocate(sizeof *value);
	size_t n = text ? strlen(text) : 0;
	char *copy = som_allocate(n + 1);
	if (!value || !copy) {
		som_deallocate(value), som_deallocate(copy);
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_MAYBE, "no memory for an exception");
		return;
	}
	memcpy(copy, text ? text : "", n);
	copy[n] = 0;
	*value = number;
	som_raise_user(ev, "IDL:opendsom/SmalltalkError:1.0", value, drop_kept);
	if (ev->major) ev->text = copy;
	else som_deallocate(copy);
}

/* The number of a kept exception that nobody has any more, or nil. */
EXPORT int primitiveDropped(void) {
	int n = 0;
	pthread_mutex_lock(&lock);
	if (ndropped) n = dropped[--ndropped];
	pthread_mutex_unlock(&lock);
	vm->popthenPush(1, n ? vm->integerObjectOf(n) : vm->nilObject());
	return 1;
}

/* ---- What Smalltalk is told ---- */

enum { ID = 1, MINOR, COMPLETED, TEXT, TYPE, MEMBERS, KEPT, FIELDS = KEPT };

static void set(sq i, sq o) {
	sq a = vm->popRemappableOop();
	vm->stObjectatput(a, i, o);
	vm->pushRemappableOop(a);
}

static void set_members(const struct failure *f) {
	measure m = {0, 0};
	sq at = 0;
	measure_value(&m, f->type, f->ev.value, 0);
	if (beyond(&m)) return;
	vm->pushRemappableOop(vm->instantiateClassindexableSize(vm->classArray(), (sq)m.parts));
	put_leaves(&at, f->type, f->ev.value, 0);
	sq members = vm->popRemappableOop();
	set(TYPE, vm->integerObjectOf(type_number(f->type)));
	set(MEMBERS, members);
}

/* What failed last for a receiver, or for none: an Array of an id, a minor code, a completion, a text, the number of a user exception's type and its members or nil, and the number of a kept
 * exception or nil. nil: nothing has. */
EXPORT int primitiveError(void) {
	const void *receiver = pointer_at(vm->stackValue(0));
	int i = nfailures - 1;
	while (i >= 0 && failures[i].receiver != receiver) i--;
	if (i < 0) {
		vm->popthenPush(2, vm->nilObject());
		return 1;
	}
	struct failure f = failures[i];
	memset(&failures[i].ev, 0, sizeof f.ev);
	forget(i);
	vm->pushRemappableOop(vm->instantiateClassindexableSize(vm->classArray(), FIELDS));
	set(ID, text(f.ev.id ? f.ev.id : "IDL:omg.org/CORBA/UNKNOWN:1.0"));
	set(MINOR, vm->positive32BitIntegerFor(f.ev.minor));
	set(COMPLETED, vm->integerObjectOf((sq)f.ev.completed));
	set(TEXT, text(f.ev.text ? f.ev.text : ""));
	if (f.ev.major == SOM_USER_EXCEPTION && f.ev.drop == drop_kept && f.ev.value) set(KEPT, vm->integerObjectOf(*(int *)f.ev.value));
	if (f.type) set_members(&f);
	som_env_clear(&f.ev);
	vm->popthenPush(2, vm->popRemappableOop());
	return 1;
}
