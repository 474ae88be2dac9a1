/* limits.c: classes with an invariant, without instances, without subclasses, and those whose calls all go through somDispatch. */
#include "meta.h"

known has_invariant, checked, abstract, noninstantiable, final, redispatched;

static const char *const of_classes[] = {"SOMClass"}, *const of_before_after[] = {"SOMMBeforeAfter"};
#define META(NAME, PARENTS, OVERRIDES) .size_of = sizeof(som_class_desc), .name = NAME, .parents = PARENTS, .nparents = 1, .overrides = OVERRIDES, \
	.noverrides = COUNT(OVERRIDES), .override_size = sizeof(som_override)

/* ---- SOMMInvariantChecked ---- */

static void good(som_ref o, som_env *ev) { (void)o, (void)ev; }
static const som_method invariant[] = {METHOD("sommInvariant", "v:", good)};
const som_class_desc has_invariant_desc = {.size_of = sizeof(som_class_desc), .flags = SOM_ABSTRACT, .name = "SOMMHasInvariant", .introduces = invariant,
	.nintroduces = 1, .method_size = sizeof(som_method)};

/* Runs the implementation itself, so that asking is not asked about. */
static void ask(som_call *call, som_env *ev) {
	som_tok t = has_invariant.m[0];
	if (call->token != t && som_is_a(call->object, has_invariant.c.cls)) ((void (*)(som_ref, som_env *))at(row_of(call->cls), t))(call->object, ev);
}

static uint8_t ask_before(som_ref c, som_env *ev, som_call *call) {
	(void)c;
	if (!call->life) ask(call, ev);
	return ev->major == SOM_NO_EXCEPTION;
}

static void ask_after(som_ref c, som_env *ev, som_call *call) {
	(void)c;
	if (call->life != SOM_CALL_ENDS && call->ev->major == SOM_NO_EXCEPTION) ask(call, ev);
}

static const som_override asks[] = {{"sommBeforeMethod", (som_proc *)ask_before, NULL}, {"sommAfterMethod", (som_proc *)ask_after, NULL}};
const som_class_desc checked_desc = {META("SOMMInvariantChecked", of_before_after, asks)};

/* ---- SOMMAbstract, SOMMNoninstantiable, SOMMFinal ---- */

static som_ref none(som_ref c, som_env *ev) {
	return refuse(ev, SOM_E_ABSTRACT, "NO_IMPLEMENT", "class %s: neither it nor its subclasses have instances", info((som_class *)c)->name), NULL;
}
static const som_override no_new[] = {{"somNew", (som_proc *)none, NULL}};
const som_class_desc noninstantiable_desc = {META("SOMMNoninstantiable", of_classes, no_new)};

static som_ref of_subclasses(som_ref c, som_env *ev) {
	const som_class_info *i = info((som_class *)c);
	if (!i->declared || !som_descends(i->declared, abstract.c.cls)) return next_new(&abstract, c, ev);
	return refuse(ev, SOM_E_ABSTRACT, "NO_IMPLEMENT", "class %s is abstract: make an instance of a subclass", i->name), NULL;
}
static const som_override new_of_subclasses[] = {{"somNew", (som_proc *)of_subclasses, NULL}};
const som_class_desc abstract_desc = {META("SOMMAbstract", of_classes, new_of_subclasses)};

static void no_subclass(som_ref c, som_env *ev) {
	const som_class_info *i = info((som_class *)c);
	for (uint32_t p = 0; p < i->nparents; p++)
		if (has(i->parents[p], &final)) {
			refuse(ev, SOM_E_METACLASS, "BAD_PARAM", "class %s: its parent %s is final, and has no subclasses", i->name, info(i->parents[p])->name);
			return;
		}
	next_ready(&final, c, ev);
}
static const som_override no_subclasses[] = {{"somClassReady", (som_proc *)no_subclass, NULL}};
const som_class_desc final_desc = {META("SOMMFinal", of_classes, no_subclasses)};

/* ---- SOMMRedispatched ---- */

static _Thread_local struct { som_ref o; som_tok method; } dispatching; /* what somDispatch is asked to call */

static void handle(void *context, som_ref o, som_env *ev, const som_value *args, som_value *result) {
	const front *f = context;
	if (dispatching.o == o && dispatching.method == f->token) { /* it comes back */
		dispatching.o = NULL;
		som_apply(at(f->row, f->token), f->sig, o, args, result, ev);
		return;
	}
	const som_ref outer = dispatching.o;
	const som_tok method = dispatching.method;
	dispatching.o = o;
	dispatching.method = f->token;
	som_invoke(o, f->method, args, f->nargs, result, ev);
	dispatching.o = outer;
	dispatching.method = method;
}

static bool is_redispatched(const som_class *c, const som_class *from, const som_method_info *m) { return (void)c, (void)m, from != object.c.cls; }

static front **fronts_of(som_ref c) { return som_data(c, redispatched.c.data); }

static void redispatch(som_ref c, som_env *ev) {
	next_ready(&redispatched, c, ev);
	if (ev->major == SOM_NO_EXCEPTION) fronts_put(fronts_of(c), (som_class *)c, (som_class *)c, is_redispatched, handle, ev);
}

static void end(som_ref c, void *context) { (void)context, fronts_end(*fronts_of(c)); }

static const som_override readies[] = {{"somClassReady", (som_proc *)redispatch, NULL}};
const som_class_desc redispatched_desc = {META("SOMMRedispatched", of_classes, readies),
	.data_size = sizeof(front *), .data_align = _Alignof(front *), .fini = end};
