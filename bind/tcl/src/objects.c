/* objects.c: objects of SOM as objects of TclOO. Each has its instance as metadata. */
#include "core.h"

#include <pthread.h>
#include <string.h>

static somh_twins *twins; /* from libsom's objects to instances */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of twins, and of an instance's end: other threads may end objects that are theirs */
static instance *ended;
static Tcl_WideInt count;

instance *twin_of(som_ref o) {
	pthread_mutex_lock(&lock);
	instance *w = somh_twin(twins, o);
	pthread_mutex_unlock(&lock);
	return w;
}

static som_ref take_out(instance *w) {
	pthread_mutex_lock(&lock);
	som_ref o = w->ref;
	if (o && somh_twin(twins, o) == w) somh_twin_set(twins, o, NULL);
	w->ref = NULL;
	pthread_mutex_unlock(&lock);
	return o;
}

/* false: it could not be begun, and is no more: ref is NULL from now on. */
static bool is_there(instance *w) {
	if (!w->unsure || !w->ref) return w->ref != NULL;
	pthread_mutex_lock(&lock);
	bool there = somh_there(&w->weak, w->ref, twins, w, !w->theirs); /* calls have references of their own */
	if (!there) w->ref = NULL, w->unsure = false;
	pthread_mutex_unlock(&lock);
	return there;
}

static void free_instance(instance *w) {
	som_weak_free(w->weak);
	count--;
	ckfree((char *)w);
}

/* ---- Metadata ---- */

/* Tcl's object is no more. Calls that are in it end before its reference is given back. */
static void object_deleted(ClientData d) {
	instance *w = d;
	w->gone = true;
	if (w->calls) return;
	is_there(w);
	som_ref o = take_out(w);
	if (o && !w->theirs) som_release(o);
	pthread_mutex_lock(&lock);
	for (instance **at = &ended; *at; at = &(*at)->next)
		if (*at == w) {
			*at = w->next;
			break;
		}
	pthread_mutex_unlock(&lock);
	free_instance(w);
}

static int no_copy(Tcl_Interp *in, ClientData from, ClientData *to) {
	(void)from, (void)to;
	Tcl_SetObjResult(in, Tcl_NewStringObj("objects of SOM cannot be copied", -1));
	return TCL_ERROR;
}

static const Tcl_ObjectMetadataType object_type = {TCL_OO_METADATA_VERSION_CURRENT, "dsom.object", object_deleted, no_copy};

som_ref reference(instance *w) {
	return w->theirs || w->unsure ? som_weak_get(w->weak) : som_retain(w->ref); /* theirs may be given back by any thread, at any time */
}

som_ref hold(instance *w) {
	som_ref o = reference(w);
	w->calls += o != NULL;
	return o;
}

/* Somebody has a reference now. */
static bool watch(instance *w, som_ref o) {
	som_env ev = {0};
	return w->weak || (w->weak = som_weak_new(o, &ev)) || (raise_env(&ev, NULL, NULL), false);
}

static bool become_theirs(instance *w, som_ref o) { return watch(w, o) && (w->theirs = true); }

void let_go(instance *w, som_ref o) {
	w->calls--;
	if (w->gone && !w->calls) object_deleted(w);
	som_release(o);
}

static instance *bind(Tcl_Object object, const somh_class *c, som_ref o, bool theirs) {
	instance *w = (instance *)ckalloc(sizeof *w);
	*w = (instance){.object = object, .ref = o, .cls = c};
	if (theirs && !become_theirs(w, o)) return ckfree((char *)w), NULL;
	pthread_mutex_lock(&lock);
	int set = somh_twin_set(twins, o, w);
	pthread_mutex_unlock(&lock);
	if (!set) {
		som_weak_free(w->weak);
		ckfree((char *)w);
		return fail("MEMORY", "not enough memory"), NULL;
	}
	count++;
	Tcl_ObjectSetMetadata(object, &object_type, w);
	return w;
}

/* ---- To Tcl ---- */

static struct making { Tcl_Object object; const somh_class *cls; som_ref is; bool begun; bool *destroyed; } making; /* the object that Tcl is making. is: where it is known before it is begun */
static bool is_being_made(som_ref o) { return making.object && !making.begun && (making.is ? making.is == o : making.cls->cls == som_class_of(o)); }

/* What an object has for metadata while it is being made: whether it has been destroyed meanwhile, and must not be looked at. */
static void made_deleted(ClientData d) { *(bool *)d = true; }
static const Tcl_ObjectMetadataType making_type = {TCL_OO_METADATA_VERSION_CURRENT, "dsom.making", made_deleted, no_copy};

static int destroyed_meanwhile(const somh_class *c) { return fail("RELEASED", "the object of class %s has been destroyed while it was made", c->name); }

static struct adopting { som_ref self; const somh_class *cls; } adopting;              /* that another language is making */

instance *wrapped(som_ref o, bool owned) {
	som_env ev = {0};
	instance *w = twin_of(o);
	if (w && w->unsure && !is_there(w)) w = NULL; /* another object is where that was */
	if (w) {
		if (owned && w->theirs && !somh_shared(o)) w->theirs = false; /* whoever has made it has handed over the only reference */
		else if (owned) som_release(o); /* not the last: w has one, or others have */
		return w;
	}
	const somh_class *c = NULL;
	Tcl_Class tcl = NULL;
	som_weak *doubt = NULL;
	if (somh_ending(o)) fail("RELEASED", "an object of class %s is in the middle of its end", som_class_describe(som_class_of(o))->name);
	else if (!(c = somh_describe(som_class_of(o), &ev))) raise_env(&ev, NULL, NULL);
	else tcl = class_of(c);
	/* Of a class made in Tcl, met before its begin perhaps: that comes behind what its ancestors do to begin it, and not at all where they fail. Then the object goes, and none of its end is told. */
	if (tcl && !somh_doubt(c, o, &doubt)) tcl = NULL, fail("MEMORY", "not enough memory");
	bool ours = tcl && is_being_made(o) && !*making.destroyed && !Tcl_ObjectGetMetadata(making.object, &object_type); /* its ancestors, which begin it, show it around */
	Tcl_Object object = ours ? making.object : tcl ? Tcl_NewObjectInstance(interp, tcl, NULL, NULL, -1, NULL, 0) : NULL; /* without constructors */
	if (!object || !(w = bind(object, c, o, false))) {
		som_weak_free(doubt);
		if (owned) som_release(o);
		return NULL;
	}
	w->weak = doubt, w->unsure = doubt != NULL;
	if (!owned) som_retain(o);
	return w;
}

Tcl_Obj *wrap(som_ref o, bool owned) {
	if (!o) return Tcl_NewObj();
	instance *w = wrapped(o, owned);
	if (!w) return NULL;
	return w->gone ? (fail("RELEASED", "an object of class %s has been destroyed, and is in a call", w->cls->name), NULL) : Tcl_DuplicateObj(Tcl_GetObjectName(interp, w->object));
}

instance *instance_of(Tcl_Obj *name) {
	Tcl_InterpState before = Tcl_SaveInterpState(interp, TCL_OK);
	Tcl_Object object = Tcl_GetObjectFromObj(interp, name);
	instance *w = object ? Tcl_ObjectGetMetadata(object, &object_type) : NULL;
	if (object && !w && !Tcl_GetObjectAsClass(object)) w = ensure(object);
	Tcl_RestoreInterpState(interp, before);
	return w;
}

/* ---- Making ---- */

instance *ensure(Tcl_Object object) {
	instance *w = Tcl_ObjectGetMetadata(object, &object_type);
	if (w) return w;
	class_data *c = class_of_object(object);
	if (!c) return NULL;
	if (adopting.self && adopting.cls == c->cls) {
		som_ref self = adopting.self;
		adopting.self = NULL;
		return bind(object, c->cls, self, true);
	}
	if (Tcl_ObjectGetMetadata(object, &making_type)) return fail("RELEASED", "an object of class %s is being made", c->cls->name), NULL;
	if (c->made) update(c);
	som_env ev = {0};
	bool destroyed = false;
	struct making outer = making;
	struct adopting before = adopting;
	const somh_class *cls = c->cls;
	adopting.self = NULL;
	making = (struct making){cls->nmade ? object : NULL, cls, NULL, false, &destroyed};
	Tcl_ObjectSetMetadata(object, &making_type, &destroyed);
	som_ref o = making.object ? somh_new(cls, &making.is, &ev) : som_new(cls->cls, &ev);
	making = outer, adopting = before;
	if (destroyed) {
		som_release(o);
		return o ? destroyed_meanwhile(cls) : raise_env(&ev, NULL, NULL), NULL;
	}
	Tcl_ObjectSetMetadata(object, &making_type, NULL);
	w = Tcl_ObjectGetMetadata(object, &object_type);
	if (!o) {
		if (w) is_there(w);
		return raise_env(&ev, NULL, NULL), NULL;
	}
	if (w && w->theirs && w->ref == o) return w->theirs = false, w; /* its own has been given back meanwhile: it has the one that was made */
	if (w) return som_release(o), w; /* what was begun as this one: its class may keep that, and answer another */
	if (!(w = bind(object, cls, o, false))) som_release(o);
	return w;
}

typedef struct beginning { som_ref self; som_env *ev; maker *of; } beginning;

static void begin_at_home(void *p) {
	beginning *b = p;
	if (!interp || Tcl_InterpDeleted(interp) || !b->of->tcl || !b->of->cls) return; /* the last: while the class is being made */
	const somh_class *c = somh_describe(som_class_of(b->self), b->ev);
	if (!c) return;
	Tcl_InterpState before = Tcl_SaveInterpState(interp, TCL_OK);
	if (is_being_made(b->self) && *making.destroyed) { /* whoever has met it since has another, which goes with it */
		raise_for(NULL, b->ev, destroyed_meanwhile(c));
		Tcl_RestoreInterpState(interp, before);
		return;
	}
	instance *met = twin_of(b->self);
	if (met && met->unsure && !is_there(met)) met = NULL;
	if (met) met->unsure = false; /* it has been shown around */
	if (met && met->object != making.object) { /* what it was seen as has had no constructor */
		if (take_out(met) && !met->theirs) som_release(b->self); /* not the last: whoever makes it has one */
		if (!met->gone) Tcl_DeleteCommandFromToken(interp, Tcl_GetObjectCommand(met->object));
		met = NULL;
	}
	if (is_being_made(b->self)) {
		making.begun = true;
		if (!met && bind(making.object, c, b->self, false)) som_retain(b->self);
		else if (!met) raise_for(NULL, b->ev, TCL_ERROR);
	} else {
		Tcl_Class tcl = class_of(c);
		struct adopting outer = adopting;
		struct making made = making;
		adopting = (struct adopting){b->self, c}, making.object = NULL;
		Tcl_Object object = tcl ? Tcl_NewObjectInstance(interp, tcl, NULL, NULL, 0, NULL, 0) : NULL;
		if (object && !ensure(object)) Tcl_DeleteCommandFromToken(interp, Tcl_GetObjectCommand(object)), object = NULL;
		adopting = outer, making = made;
		if (!object) raise_for(NULL, b->ev, TCL_ERROR);
	}
	Tcl_RestoreInterpState(interp, before);
}

void begin_instance(som_ref self, som_env *ev, void *context) {
	maker *k = context;
	if (!__atomic_load_n(&interp, __ATOMIC_ACQUIRE) || !__atomic_load_n(&k->tcl, __ATOMIC_ACQUIRE)) return; /* what stands above the class is all that there is */
	beginning b = {self, ev, k};
	somh_home_do(begin_at_home, &b, ev);
}

/* ---- Ending ---- */

void delete_ended(void) {
	for (;;) {
		pthread_mutex_lock(&lock);
		instance *w = ended;
		if (w) ended = w->next, w->next = NULL;
		pthread_mutex_unlock(&lock);
		if (!w || !interp) return;
		if (!w->gone) Tcl_DeleteCommandFromToken(interp, Tcl_GetObjectCommand(w->object));
	}
}

void end_instance(som_ref self, void *context) {
	(void)context;
	if (!__atomic_load_n(&interp, __ATOMIC_ACQUIRE)) return;
	pthread_mutex_lock(&lock);
	instance *w = somh_twin(twins, self);
	bool undone = w && !w->theirs && somh_shared(self); /* by whoever makes it, though Tcl has a reference */
	if (w) {
		somh_twin_set(twins, self, NULL);
		w->ref = NULL;
		if (!w->gone) w->next = ended, ended = w;
	}
	pthread_mutex_unlock(&lock);
	if (undone) som_release(self);
	if (w && somh_at_home()) delete_ended();
	else if (w) wake_home(NULL);
}

/* ---- Commands ---- */

int make_by(const somh_class *c, const somh_method *m, const som_value *args, som_env *ev, Tcl_Obj **made) {
	som_ref o = m ? somh_make(c, m, args, ev) : som_new(c->cls, ev);
	if (!o) return raise_env(ev, m, NULL);
	instance *w = twin_of(o);
	if (w && w->theirs) w->theirs = false; /* the reference is Tcl's */
	else if (!(w = wrapped(o, true))) return TCL_ERROR;
	*made = Tcl_GetObjectName(interp, w->object);
	return TCL_OK;
}

static instance *object_at(Tcl_Obj *name) {
	instance *w = instance_of(name);
	if (w && w->ref) return w;
	return fail("VALUE", "expected an object of SOM but got \"%s\"", Tcl_GetString(name)), NULL;
}

static int ended_already(const instance *w) { return fail("RELEASED", "the object of class %s has ended", w->cls->name); }

/* dsom::som_new class: an object as other languages make it. */
int som_new_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	som_env ev = {0};
	Tcl_Obj *made;
	(void)d;
	if (objc != 2) return Tcl_WrongNumArgs(in, 1, objv, "class"), TCL_ERROR;
	class_data *c = class_at(objv[1]);
	if (!c || make_by(c->cls, NULL, NULL, &ev, &made) != TCL_OK) return TCL_ERROR;
	return Tcl_SetObjResult(in, made), TCL_OK;
}

/* dsom::give object: Tcl's reference is given back, and its object lasts as long as libsom's. */
int give_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	(void)d;
	if (objc != 2) return Tcl_WrongNumArgs(in, 1, objv, "object"), TCL_ERROR;
	instance *w = object_at(objv[1]);
	if (!w) return TCL_ERROR;
	if (!w->cls->nmade) return fail("VALUE", "%s is of class %s, which is not Tcl's: destroy it", Tcl_GetString(objv[1]), w->cls->name);
	if (w->theirs) return TCL_OK;
	som_ref o = w->ref;
	if (!become_theirs(w, o)) return TCL_ERROR;
	som_release(o); /* if nobody else has one, this is its end */
	return TCL_OK;
}

static int weak_get(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	if (objc != 1) return Tcl_WrongNumArgs(in, 1, objv, NULL), TCL_ERROR;
	Tcl_Obj *o = wrap(som_weak_get(d), true);
	return o ? Tcl_SetObjResult(in, o), TCL_OK : TCL_ERROR;
}

static void weak_free(ClientData d) { som_weak_free(d); }

/* dsom::weak object: a command that answers the object, or "" once its end has begun. */
int weak_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	static unsigned n;
	som_env ev = {0};
	char name[60];
	(void)d;
	if (objc != 2) return Tcl_WrongNumArgs(in, 1, objv, "object"), TCL_ERROR;
	instance *w = object_at(objv[1]);
	som_ref o = w ? reference(w) : NULL;
	if (!o) return w ? ended_already(w) : TCL_ERROR;
	som_weak *weak = som_weak_new(o, &ev);
	som_release(o);
	if (!weak) return raise_env(&ev, NULL, NULL);
	snprintf(name, sizeof name, "::dsom::weak%u", ++n);
	Tcl_CreateObjCommand(in, name, weak_get, weak, weak_free);
	return Tcl_SetObjResult(in, Tcl_NewStringObj(name, -1)), TCL_OK;
}

/* dsom::address object, dsom::entry object method: for other tools of this process. */
int address_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	som_env ev = {0};
	(void)d;
	if (objc != 2 && objc != 3) return Tcl_WrongNumArgs(in, 1, objv, "object ?method?"), TCL_ERROR;
	instance *w = object_at(objv[1]);
	if (!w) return TCL_ERROR;
	if (objc == 2) return Tcl_SetObjResult(in, Tcl_NewWideIntObj((Tcl_WideInt)(intptr_t)w->ref)), TCL_OK;
	const somh_method *m = somh_find(w->cls, Tcl_GetString(objv[2]), &ev);
	som_env_clear(&ev);
	if (!m || m->why || m->kind != SOM_STATIC) return fail("METHOD", "class %s has no method \"%s\"", w->cls->name, Tcl_GetString(objv[2]));
	som_ref o = reference(w);
	if (!o) return ended_already(w);
	som_proc *proc = som_resolve(o, m->token);
	som_release(o);
	intptr_t at = 0;
	memcpy(&at, &proc, sizeof proc);
	return Tcl_SetObjResult(in, Tcl_NewWideIntObj(at)), TCL_OK;
}

/* dsom::count: objects that Tcl has. */
int count_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	(void)d;
	if (objc != 1) return Tcl_WrongNumArgs(in, 1, objv, NULL), TCL_ERROR;
	return Tcl_SetObjResult(in, Tcl_NewWideIntObj(count)), TCL_OK;
}

void set_up_objects(void) { twins = somh_twins_new(); }
