/* beforeafter.c: SOMMBeforeAfter: something happens before and after each method of an instance. */
#include "meta.h"

#include <string.h>

known before_after;

/* A metaclass that does something before, after or around. */
typedef struct layer {
	const char *row;
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
	som_call *call;
};

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
	if (rest->from == g->nlayers) {
		som_apply(at(rest->f->row, call->token), call->sig, call->object, call->args, call->result, call->ev);
		return;
	}
	const layer *l = &g->layers[rest->from];
	if (l->does[BEFORE]) {
		uint8_t go_on = ((somm_before *)at(l->row, before_after.m[BEFORE]))(c, &own, call);
		if (!go_on || own.major != SOM_NO_EXCEPTION) {
			vetoed(l, &own, call);
			return;
		}
	}
	som_rest inner = {g, rest->f, rest->from + 1, call};
	if (l->does[AROUND]) {
		((somm_around *)at(l->row, before_after.m[AROUND]))(c, &own, call, &inner);
		pass_on(&own, call->ev);
	} else {
		som_call_rest(&inner);
	}
	if (l->does[AFTER]) {
		((somm_after *)at(l->row, before_after.m[AFTER]))(c, &own, call);
		pass_on(&own, call->ev);
	}
}

static void handle(void *context, som_ref o, som_env *ev, const som_value *args, som_value *result) {
	const front *f = context;
	som_env own = {0};
	som_call call = {.size_of = sizeof call, .nargs = f->nargs, .cls = f->cls, .object = o, .from = f->from, .method = f->method, .sig = f->sig,
		.token = f->token, .args = (som_value *)(uintptr_t)args, .result = result, .ev = ev ? ev : &own, .life = f->life};
	som_rest all = {guarded_of(&f->cls->object), f, 0, &call};
	som_call_rest(&all);
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
		layer l = {.row = row_of(meta->order[i]), .of = meta->order[i]};
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
