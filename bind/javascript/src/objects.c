/* objects.c: which object of JavaScript's stands for which of libsom's, and how each keeps the other alive.
 *
 * An object of JavaScript's has one reference to libsom's, and is known here by a weak one. Of a class made in JavaScript there is more: what is in it has to last as long as
 * libsom's object. So the weak reference becomes strong where others may have got a reference (keep), and weak again when they are seen to have none any more (settle),
 * which is looked for whenever the collector has run: nobody tells of it. Objects that the collector has taken are found then, too, and where many are made: finalizers would
 * wait for the event loop. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024, MAX_CHUNKS = 1 << 16 };
enum { MAX_SWEPT = 65536 };   /* places that are looked at when the collector has run, where there are more */
enum { OWN_SIZE = 160 };      /* octets of an object's place and reference, about */

static somh_twins *twins;
static instance *chunks[MAX_CHUNKS];
static uint32_t places, unused; /* how many there are; the first that is free, and one more */
static uint32_t live, created;  /* since all were looked at */
static uint32_t hand;           /* where the next look begins */
static struct list { uint32_t *at; size_t n, room; } kept; /* places */

static instance *place(uint32_t i) { return &chunks[i / CHUNK][i % CHUNK]; }

instance *twin_of(som_ref o) { return somh_twin(twins, o); }

static instance *new_place(klass *c) {
	if (!unused) {
		if (places == CHUNK * MAX_CHUNKS) return (instance *)throw_range("JavaScript has more than %d objects of SOM (MAX_CHUNKS)", CHUNK * MAX_CHUNKS);
		instance *chunk = calloc(CHUNK, sizeof *chunk);
		if (!chunk) return (instance *)throw_range("no memory for an object");
		chunks[places / CHUNK] = chunk;
		for (uint32_t i = CHUNK; i--;) chunk[i].index = places + i, chunk[i].next = unused, unused = places + i + 1;
		places += CHUNK;
	}
	instance *w = place(unused - 1);
	unused = w->next;
	uint32_t index = w->index;
	*w = (instance){.index = index, .cls = c, .used = true, .scripted = c->cls && c->cls->nmade};
	live++, created++, c->uses++;
	return w;
}

static void free_place(instance *w) {
	w->used = false;
	w->next = unused;
	unused = w->index + 1;
	live--, w->cls->uses--;
}

static bool bind_twin(instance *w, som_ref o) {
	if (!somh_twin_set(twins, o, w)) return throw_range("no memory for an object"), false;
	w->ref = o;
	return true;
}

/* Of a class made in JavaScript, met before its begin: that comes behind what its ancestors do to begin it, and not at all where they fail. Then the object goes, and none of its
 * end is told; libsom's weak reference knows. */
static bool doubt(instance *w) {
	return !w->scripted || somh_doubt(w->cls->cls, w->ref, &w->unsure) || (throw_range("no memory for an object"), false);
}

static void trust(instance *w) {
	som_weak_free(w->unsure);
	w->unsure = NULL;
}

bool is_there(instance *w) {
	if (!w->unsure) return w->ref != NULL;
	if (somh_there(&w->unsure, w->ref, twins, w, !w->calls)) return true;
	w->ref = NULL;
	w->ended = !w->calls; /* else the last call gives the reference back */
	return false;
}

static void tell_collector(int64_t octets) {
	int64_t all;
	napi_adjust_external_memory(env, octets, &all);
}

static void release(som_ref o) {
	inside++; /* its end is a call into the class library */
	som_release(o);
	inside--;
}

void keep(instance *w) {
	uint32_t n;
	if (w->kept || !w->scripted || !w->js) return;
	if (kept.n == kept.room) {
		uint32_t *more = realloc(kept.at, (2 * kept.room + 64) * sizeof *more);
		if (!more) return;
		kept.at = more, kept.room = 2 * kept.room + 64;
	}
	if (napi_reference_ref(env, w->js, &n) != napi_ok) return;
	w->kept = true;
	kept.at[kept.n++] = w->index;
}

/* Those that others have no more can go with JavaScript's last reference. */
static void settle(void) {
	size_t n = 0;
	uint32_t refs;
	for (size_t i = 0; i < kept.n; i++) {
		instance *w = place(kept.at[i]);
		if (!w->used || !w->kept) continue;
		if (is_there(w) && (somh_shared(w->ref) || w->calls)) {
			kept.at[n++] = kept.at[i];
			continue;
		}
		w->kept = false;
		napi_reference_unref(env, w->js, &refs);
	}
	kept.n = n;
}

void hold(instance *w) { w->calls++; }

static void give_back(instance *w, som_ref o) {
	if (w->js) napi_delete_reference(env, w->js);
	bool ended = w->ended;
	tell_collector(-w->cls->size - OWN_SIZE);
	free_place(w);
	if (o && !ended) release(o);
}

void let_go(instance *w, som_ref o) {
	if (--w->calls == 0 && !w->ref && !w->ended) {
		w->ended = true;
		release(o);
	} else if (w->scripted && w->ref && !w->kept && somh_shared(o)) {
		keep(w); /* who was called has taken a reference */
	}
}

/* The collector has taken the object in JavaScript. */
static void drop(instance *w) {
	som_ref o = is_there(w) ? w->ref : NULL;
	trust(w);
	if (o && twin_of(o) == w) somh_twin_set(twins, o, NULL);
	w->ref = NULL;
	give_back(w, o);
}

static void sweep(uint32_t most) {
	napi_handle_scope scope;
	if (hand >= places) hand = 0;
	for (uint32_t n = 0; n < most && n < places;) {
		napi_open_handle_scope(env, &scope);
		for (uint32_t k = 0; k < 256 && n < most && n < places; k++, n++) {
			instance *w = place(hand);
			hand = hand + 1 < places ? hand + 1 : 0;
			napi_value js = NULL;
			if (w->used && w->js && !w->kept && !w->calls && napi_get_reference_value(env, w->js, &js) == napi_ok && !js) drop(w);
		}
		napi_close_handle_scope(env, scope);
	}
}

static void look(uint32_t most) {
	static bool looking;
	if (looking || down) return;
	looking = true;
	drain_dropped();
	settle();
	if (most >= places) created = 0;
	sweep(most);
	sweep_classes();
	looking = false;
}

void collect(void) { look(UINT32_MAX); }

/* In a loop that does not end the collector's word does not come: so many have been made that as many may have gone. */
static void look_now_and_then(void) {
	if (created > 4096 + live / 2) look(UINT32_MAX);
}

/* The collector takes this object, and so tells that it has run. */
static void collected(napi_env e, void *data, void *hint);
static void watch(void) {
	napi_value o;
	if (napi_create_object(env, &o) == napi_ok) napi_add_finalizer(env, o, NULL, collected, NULL, NULL);
}

static void collected(napi_env e, void *data, void *hint) {
	(void)e, (void)data, (void)hint;
	if (down) return;
	inside++;
	look(created > live / 4 ? UINT32_MAX : MAX_SWEPT);
	inside--;
	napi_handle_scope scope;
	napi_open_handle_scope(env, &scope);
	watch();
	napi_close_handle_scope(env, scope);
}

/* ---- From C ---- */

/* An object being made by JavaScript: what begins it finds it here. is: libsom's, where it is known before it is begun, or once it has been bound: then w has a reference besides that of
 * who makes it, whose class may keep that. */
static struct making { instance *w; som_ref is; bool bound; struct making *outer; } *making;

static bool is_being_made(som_ref o) {
	return making && making->w->cls->cls && (!making->is || making->is == o) && making->w->cls->cls->cls == som_class_of(o);
}

static bool bind_making(som_ref o) {
	if (!bind_twin(making->w, o)) return false;
	making->is = som_retain(o);
	making->bound = true;
	return true;
}

static bool attach(instance *w, napi_value js) {
	if (napi_create_reference(env, js, 0, &w->js) != napi_ok) return throw_range("no memory for an object"), false;
	tell_collector(w->cls->size + OWN_SIZE);
	if (w->scripted && w->ref && somh_shared(w->ref)) keep(w);
	return true;
}

/* An object for a place, without its class's constructors. */
static napi_value adopt(instance *w) {
	napi_value args[] = {constructor_of(w->cls), number(w->index)}, js;
	if (!args[0]) return throw_error("DSOM_GONE", "the class of the object was made in JavaScript and is no more");
	js = call_part("adopt", 2, args);
	return js && attach(w, js) ? js : NULL;
}

napi_value wrap(som_ref o, bool owned) {
	napi_value js = NULL;
	if (!o) return null();
	instance *w = twin_of(o);
	if (w && !is_there(w)) w = NULL; /* another object is where that was */
	if (!w && is_being_made(o) && !making->bound && !somh_ending(o)) { /* its ancestors, which begin it, show it around */
		w = making->w;
		if (!bind_making(o) || !doubt(w)) return NULL;
		keep(w);
	}
	if (w) {
		if (w->js) napi_get_reference_value(env, w->js, &js);
		if (js) {
			if (owned) som_release(o); /* not the last: w has one */
			else if (w->scripted && !w->kept && somh_shared(o)) keep(w);
			return js;
		}
		if (w->js) { /* the collector has taken it, and it has not been looked for: another takes its place */
			napi_delete_reference(env, w->js);
			w->js = NULL;
			tell_collector(-w->cls->size - OWN_SIZE);
		}
		if (owned) som_release(o);
		return adopt(w);
	}
	if (somh_ending(o)) return throw_error("DSOM_RELEASED", "an object of class %s is in the middle of its end", som_class_describe(som_class_of(o))->name);
	klass *c = class_of_ref(o);
	w = c ? new_place(c) : NULL;
	if (w && !bind_twin(w, o)) free_place(w), w = NULL;
	if (w && !owned) som_retain(o);
	if (!w && owned) release(o);
	if (!w) return NULL;
	js = doubt(w) ? adopt(w) : NULL;
	if (!js) drop(w);
	return js;
}

bool is_destroyed(som_ref o) { return !som_is_a(o, som_class_of(o)); }

napi_value throw_released(const instance *w) {
	return throw_error("DSOM_RELEASED", "the object of class %s has been released", w->cls->cls ? w->cls->cls->name : "that is no more");
}

instance *slot_of(napi_value v) {
	uint32_t i;
	if (napi_get_value_uint32(env, v, &i) != napi_ok || i >= places || !place(i)->used) return (instance *)throw_type("an object of SOM is asked for");
	instance *w = place(i);
	return is_there(w) ? w : (instance *)throw_released(w);
}

som_ref ref_from(napi_value o, instance **to) {
	napi_value slot = call_part("slotOf", 1, &o);
	uint32_t i;
	if (!slot || napi_get_value_uint32(env, slot, &i) != napi_ok) return NULL;
	instance *w = slot_of(slot);
	*to = w;
	return w ? w->ref : NULL;
}

/* ---- Making ---- */

static napi_value released_meanwhile(const klass *c) { return throw_error("DSOM_RELEASED", "the object of class %s has been released while it was made", c->cls->name); }

/* make(object, class): an object of a class that is not made in JavaScript; its place, or the object that there is. */
static napi_value make(napi_env e, napi_callback_info info) {
	size_t n = 2;
	napi_value args[2], is;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, args, NULL, NULL);
	klass *c = class_by_id(args[1]);
	if (!c) return NULL;
	look_now_and_then();
	struct making *outer = making;
	making = NULL;
	inside++;
	som_ref o = som_new(c->cls->cls, &ev);
	inside--;
	making = outer;
	if (!o) return raise_env(&ev, NULL, NULL);
	klass *of = som_class_of(o) == c->cls->cls ? c : class_of_ref(o);
	if (!of || twin_of(o) || of != c) return of ? wrap(o, true) : (release(o), NULL); /* its class has but one, or another stands for it */
	instance *w = new_place(c);
	if (!w || !bind_twin(w, o)) {
		if (w) free_place(w);
		return release(o), NULL;
	}
	if (!attach(w, args[0])) return drop(w), NULL;
	napi_create_uint32(e, w->index, &is);
	return is;
}

/* reserve(object, class): a place for one of a class made in JavaScript. */
static napi_value reserve(napi_env e, napi_callback_info info) {
	size_t n = 2;
	napi_value args[2], is;
	napi_get_cb_info(e, info, &n, args, NULL, NULL);
	klass *c = class_by_id(args[1]);
	instance *w = c ? new_place(c) : NULL;
	if (!w || !attach(w, args[0])) {
		if (w) free_place(w);
		return NULL;
	}
	napi_create_uint32(e, w->index, &is);
	return is;
}

/* create(place): the object itself; it, if the class answers another. */
static napi_value create(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg;
	som_env ev = {0};
	uint32_t i;
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	if (napi_get_value_uint32(e, arg, &i) != napi_ok || i >= places || !place(i)->used || place(i)->ref || !place(i)->cls->cls) return throw_type("an object that is being made is asked for");
	look_now_and_then();
	instance *w = place(i);
	struct making m = {.w = w, .outer = making};
	klass *c = w->cls;
	making = &m;
	w->calls++;
	inside++;
	som_ref o = somh_new(c->cls, &m.is, &ev);
	inside--;
	making = m.outer;
	bool bound = is_there(w), released = m.bound && !bound && !w->ended;
	if (o && bound && w->ref == o) {
		w->calls--;
		som_release(o); /* not the last: w has its own */
		if (somh_shared(o)) keep(w);
		return undefined();
	}
	if (m.bound) let_go(w, m.is);
	else w->calls--; /* it has no reference */
	if (!bound) w->ended = true;
	if (!o) return raise_env(&ev, NULL, NULL);
	if (!released || m.is != o) return wrap(o, true);
	release(o);
	return released_meanwhile(c);
}

/* createPlainly(class): an object, as other languages make one. */
static napi_value create_plainly(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	klass *c = class_by_id(arg);
	if (!c) return NULL;
	look_now_and_then();
	struct making *outer = making;
	making = NULL;
	inside++;
	som_ref o = som_new(c->cls->cls, &ev);
	inside--;
	making = outer;
	return o ? wrap(o, true) : raise_env(&ev, NULL, NULL);
}

/* attach(object, place): what begin has been told of. */
static napi_value attach_begun(napi_env e, napi_callback_info info) {
	size_t n = 2;
	napi_value args[2];
	napi_get_cb_info(e, info, &n, args, NULL, NULL);
	instance *w = slot_of(args[1]);
	if (w && !w->js) attach(w, args[0]);
	return NULL;
}

typedef struct begun { som_ref self; som_env *ev; bool here; } begun;

/* The object's constructors, for one that another language makes: it has no arguments. b may be no more behind them. */
static bool construct(instance *w, napi_value constructor, som_ref self) {
	struct making *outer = making;
	making = NULL;
	napi_value args[] = {constructor, number(w->index), undefined()};
	if (w->js) napi_get_reference_value(env, w->js, &args[2]); /* it has been seen already */
	bool good = args[2] && call_part("begin", 3, args) && w->js;
	making = outer;
	if (good) keep(w);
	if (good || w->ref != self) return good;
	somh_twin_set(twins, self, NULL); /* it is undone: there will be no end of it */
	w->ref = NULL;
	w->ended = true;
	som_release(self);
	if (!w->js) free_place(w);
	return false;
}

static void begin(void *p) {
	begun *b = p;
	bool here = b->here;
	instance *met = twin_of(b->self);
	if (met && !is_there(met)) met = NULL;
	if (met && making && met == making->w) { /* it has been shown around */
		trust(met);
		return;
	}
	if (is_being_made(b->self)) {
		if (!making->bound) {
			if (bind_making(b->self)) return;
		} else if (!met) {
			released_meanwhile(making->w->cls);
		}
		raise_to_env(b->ev);
		return;
	}
	klass *c = class_of_ref(b->self); /* another language makes one: it has no arguments */
	napi_value constructor = c ? constructor_of(c) : NULL;
	if (!constructor) {
		if (c) throw_error("DSOM_GONE", "the class was made in JavaScript and is no more");
		raise_to_env(b->ev);
		return;
	}
	instance *w = met ? met : new_place(c);
	if (w && (met || bind_twin(w, b->self))) {
		if (met) trust(w);
		else som_retain(b->self);
		if (construct(w, constructor, b->self) || (!here && has_left())) return;
	} else if (w) {
		free_place(w);
	}
	raise_to_env(b->ev);
}

void begin_instance(som_ref self, som_env *ev, void *context) {
	begun b = {self, ev, somh_at_home()};
	(void)context;
	if (run_at_home(begin, &b, ev) == ENDED) som_raise_system(ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, "Node has ended");
}

static void end(void *p) {
	instance *w = twin_of(p);
	if (!w) return;
	bool undone = somh_shared(p); /* by whoever makes it, though JavaScript has a reference: that goes back now, or with the last call */
	somh_twin_set(twins, p, NULL);
	trust(w);
	w->ref = NULL;
	w->ended = !undone || !w->calls;
	if (undone && !w->calls) som_release(p);
}

void end_instance(som_ref self, void *context) {
	(void)context;
	run_at_home(end, self, NULL);
}

/* ---- Ending ---- */

static napi_value release_now(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg;
	uint32_t i;
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	if (napi_get_value_uint32(e, arg, &i) != napi_ok || i >= places || !place(i)->used) return NULL;
	instance *w = place(i);
	if (!is_there(w)) return NULL;
	som_ref o = w->ref;
	if (twin_of(o) == w) somh_twin_set(twins, o, NULL);
	trust(w);
	w->ref = NULL;
	if (!w->calls) {
		w->ended = true;
		release(o);
	}
	return NULL;
}

static napi_value address(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg, is;
	uint32_t i;
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	if (napi_get_value_uint32(e, arg, &i) != napi_ok || i >= places || !place(i)->used) return NULL;
	instance *w = place(i);
	napi_create_bigint_uint64(e, is_there(w) && !is_destroyed(w->ref) ? (uint64_t)(uintptr_t)w->ref : 0, &is);
	return is;
}

static napi_value collect_now(napi_env e, napi_callback_info info) {
	(void)e, (void)info;
	collect();
	return NULL;
}

/* ---- Weak references ---- */

static void weak_ends(napi_env e, void *data, void *hint) {
	(void)e, (void)hint;
	if (!down) som_weak_free(data);
}

static napi_value weak(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg, is = NULL;
	som_env ev = {0};
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	instance *w = slot_of(arg);
	som_weak *k = w ? som_weak_new(w->ref, &ev) : NULL;
	if (!k) return w ? raise_env(&ev, NULL, NULL) : NULL;
	if (napi_create_external(e, k, weak_ends, NULL, &is) != napi_ok) som_weak_free(k);
	return is;
}

static napi_value weak_get(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg, js = NULL;
	void *k;
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	if (napi_get_value_external(e, arg, &k) != napi_ok) return throw_type("a weak reference is asked for");
	som_ref o = som_weak_get(k);
	instance *w = o ? twin_of(o) : NULL;
	if (w && is_there(w) && w->scripted && w->js && napi_get_reference_value(e, w->js, &js) == napi_ok && !js) { /* the collector has taken it: this is its end */
		som_release(o);
		drop(w);
		return undefined();
	}
	return o ? wrap(o, true) : undefined();
}

bool set_up_objects(napi_value exports) {
	static const struct { const char *name; napi_callback f; } functions[] = {{"make", make}, {"reserve", reserve}, {"create", create}, {"createPlainly", create_plainly}, {"attach", attach_begun}, {"release", release_now},
		{"address", address}, {"collect", collect_now}, {"weak", weak}, {"weakGet", weak_get}};
	if (!(twins = somh_twins_new())) return throw_range("no memory"), false;
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		napi_value f;
		if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].f, NULL, &f) != napi_ok || !set(exports, functions[i].name, f)) return false;
	}
	watch();
	return true;
}
