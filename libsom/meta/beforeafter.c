/* beforeafter.c: SOMMBeforeAfter: something happens before and after each method of an instance; and SOMMRedispatched. */
#include "meta.h"

#include <string.h>

known before_after;

/* A metaclass that does something before, after or around. */
typedef struct layer {
	const som_class *of;
	bool does[3]; /* BEFORE, AFTER, AROUND */
} layer;

typedef struct guarded { /* a class's data */
	front *fronts;
	layer *layers; /* the outermost first */
	uint32_t nlayers;
} guarded;

struct som_rest {
	const guarded *g;
	const front *f;
	uint32_t from; /* layers */
	bool ran;
	som_call *call;
};

/* A call that somDispatch was asked to make, by SOMMRedispatched or by whoever calls by name: if somDispatch brings it back, it goes on
 * with the layers further in, or begins with the first and has been dispatched already. */
typedef struct dispatched {
	som_ref o;
	som_tok method;
	uint32_t from; /* layers */
	enum { DISPATCHING = 1, DISPATCHED } state;
} dispatched;
static _Thread_local dispatched dispatching;

static guarded *guarded_of(som_ref c) { return som_data(c, before_after.c.data); }

/* The exception of a hook is the call's, if that has none. */
static void pass_on(som_env *own, som_env *to) {
	if (own->major == SOM_NO_EXCEPTION || to->major != SOM_NO_EXCEPTION) {
		som_env_clear(own);
		return;
	}
	*to = *own;
	*own = (som_env){0};
}

static void vetoed(const layer *l, som_env *own, som_call *call) {
	call->result->l = 0;
	pass_on(own, call->ev);
	if (call->life == SOM_CALL_BEGINS && call->ev->major == SOM_NO_EXCEPTION)
		refuse(call->ev, SOM_E_RAISED, "UNKNOWN", "%s does not let an instance of class %s begin", info(l->of)->name, info(call->cls)->name);
}

void som_call_rest(som_rest *rest) {
	const guarded *g = rest->g;
	som_call *call = rest->call;
	som_ref c = &call->cls->object;
	som_env own = {0};
	rest->ran = true;
	if (rest->from == g->nlayers) {
		som_apply(behind(rest->f), call->sig, call->object, call->args, call->result, call->ev);
		return;
	}
	const layer *l = &g->layers[rest->from];
	if (l->does[BEFORE]) {
		uint8_t go_on = ((somm_before *)kept_hook(l->of, BEFORE))(c, &own, call);
		if ((!go_on || own.major != SOM_NO_EXCEPTION) && call->life != SOM_CALL_ENDS) {
			vetoed(l, &own, call);
			return;
		}
		pass_on(&own, call->ev);
	}
	som_rest inner = {g, rest->f, rest->from + 1, false, call};
	if (l->does[AROUND]) {
		((somm_around *)kept_hook(l->of, AROUND))(c, &own, call, &inner);
		pass_on(&own, call->ev);
	}
	if (!inner.ran && (!l->does[AROUND] || call->life == SOM_CALL_ENDS)) som_call_rest(&inner); /* an end comes, whoever is against it */
	if (l->does[AFTER]) {
		((somm_after *)kept_hook(l->of, AFTER))(c, &own, call);
		pass_on(&own, call->ev);
	}
}

static bool is_marked(som_ref o, som_tok method, int state) {
	return dispatching.o == o && dispatching.method == method && (int)dispatching.state == state;
}

static void handle(void *context, som_ref o, som_env *ev, const som_value *args, som_value *result) {
	const front *f = context;
	som_env own = {0};
	som_call call = {.size_of = sizeof call, .nargs = f->nargs, .cls = f->cls, .object = o, .from = f->from, .method = f->method, .sig = f->sig,
		.token = f->token, .args = (som_value *)(uintptr_t)args, .result = result, .ev = ev ? ev : &own, .life = f->life};
	const dispatched mark = dispatching;
	bool back = is_marked(o, f->token, DISPATCHING);
	if (back) dispatching = mark.from ? (dispatched){.o = NULL} : (dispatched){o, f->token, 0, DISPATCHED};
	som_rest all = {guarded_of(&f->cls->object), f, back ? mark.from : 0, false, &call};
	som_call_rest(&all);
	if (back) dispatching = mark; /* somDispatch may try again */
	som_env_clear(&own);
}

static void ready(som_ref c, som_env *ev) {
	guarded *g = guarded_of(c);
	const som_class_info *meta = info(som_class_of(c));
	next_ready(&before_after, c, ev);
	if (ev->major != SOM_NO_EXCEPTION) return;
	g->layers = som_allocate(meta->norder * sizeof *g->layers);
	if (!g->layers) {
		refuse(ev, SOM_E_MEMORY, "NO_MEMORY", "no memory for the properties of class %s", info((som_class *)c)->name);
		return;
	}
	for (uint32_t i = 0; i < meta->norder; i++) {
		layer l = {.of = meta->order[i]};
		if (l.of == before_after.c.cls || !som_descends(l.of, before_after.c.cls)) continue;
		for (int hook = BEFORE; hook <= AROUND; hook++)
			l.does[hook] = implements(l.of, before_after.m[hook]);
		if (l.does[BEFORE] || l.does[AFTER] || l.does[AROUND]) g->layers[g->nlayers++] = l;
	}
	fronts_put(&g->fronts, (som_class *)c, (som_class *)c, is_seen, handle, ev);
}

static void end(som_ref c, void *context) {
	guarded *g = guarded_of(c);
	(void)context;
	fronts_end(g->fronts);
	som_deallocate(g->layers);
}

static uint8_t before(som_ref c, som_env *ev, som_call *call) { return (void)c, (void)ev, (void)call, 1; }
static void after(som_ref c, som_env *ev, som_call *call) { (void)c, (void)ev, (void)call; }
static void around(som_ref c, som_env *ev, som_call *call, som_rest *rest) { (void)c, (void)ev, (void)call, som_call_rest(rest); }

static const char *const parents[] = {"SOMClass"};
static const som_method methods[] = {METHOD("sommBeforeMethod", "b:p", before), METHOD("sommAfterMethod", "v:p", after),
	METHOD("sommAroundMethod", "v:pp", around)};
static const som_override overrides[] = {{"somClassReady", (som_proc *)ready, NULL}};

const som_class_desc before_after_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMBeforeAfter", .major = 2, .minor = 2,
	.parents = parents, .nparents = 1,
	.introduces = methods, .nintroduces = COUNT(methods), .method_size = sizeof(som_method), .overrides = overrides, .noverrides = 1,
	.override_size = sizeof(som_override),
	.data_size = sizeof(guarded), .data_align = _Alignof(guarded), .fini = end};

/* ---- SOMMRedispatched: a layer that lets somDispatch make the call ---- */

known redispatched;

static void redispatch(som_ref c, som_env *ev, som_call *call, som_rest *rest) {
	const dispatched outer = dispatching;
	(void)c, (void)ev;
	if (call->from == object.c.cls)
		som_call_rest(rest);
	else if (is_marked(call->object, call->token, DISPATCHED)) {
		dispatching = (dispatched){.o = NULL};
		som_call_rest(rest);
	} else {
		dispatching = (dispatched){call->object, call->token, rest->from, DISPATCHING};
		som_invoke(call->object, call->method, call->args, call->nargs, call->result, call->ev);
	}
	dispatching = outer;
}

typedef int32_t dispatcher(som_ref o, som_env *ev, const char *method, const som_value *args, uint32_t n, som_value *to);
static som_proc **before_dispatch(som_ref c) { return som_data(c, redispatched.c.data); } /* a class's data: what stood in front of somDispatch before, or NULL */

/* In front of somDispatch: a call by name is dispatched now, and not again when it comes back. */
static int32_t dispatch(som_ref o, som_env *ev, const char *method, const som_value *args, uint32_t n, som_value *to) {
	const dispatched outer = dispatching;
	const som_class *c = som_class_of(o);
	som_proc *next = *before_dispatch((som_ref)(uintptr_t)c);
	som_found f = {.size_of = sizeof f};
	bool found = method && som_lookup(c, method, &f, NULL) == SOM_OK;
	if (found && !is_marked(o, f.token, DISPATCHING)) dispatching = (dispatched){o, f.token, 0, DISPATCHING};
	int32_t code = ((dispatcher *)(next ? next : at(row_of(c), object.m[OBJECT_DISPATCH])))(o, ev, method, args, n, to);
	dispatching = outer;
	return code;
}

static void front_dispatch(som_ref c, som_env *ev) {
	next_ready(&redispatched, c, ev);
	if (ev->major != SOM_NO_EXCEPTION) return;
	*before_dispatch(c) = front_of((som_class *)c, "SOMObject::somDispatch", object.m[OBJECT_DISPATCH]);
	som_class_front((som_class *)c, object.m[OBJECT_DISPATCH], (som_proc *)dispatch, ev);
}

static const char *const of_before_after[] = {"SOMMBeforeAfter"};
static const som_override redispatches[] = {{"sommAroundMethod", (som_proc *)redispatch, NULL}, {"somClassReady", (som_proc *)front_dispatch, NULL}};
const som_class_desc redispatched_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMRedispatched", .parents = of_before_after, .nparents = 1,
	.overrides = redispatches, .noverrides = COUNT(redispatches), .override_size = sizeof(som_override), .data_size = sizeof(som_proc *),
	.data_align = _Alignof(som_proc *)};
