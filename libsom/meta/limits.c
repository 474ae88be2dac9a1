/* limits.c: classes with an invariant, without instances, and without subclasses. */
#include "meta.h"

known has_invariant, checked, abstract, noninstantiable, final;

static const char *const of_classes[] = {"SOMClass"}, *const of_before_after[] = {"SOMMBeforeAfter"};
#define META(NAME, PARENTS, OVERRIDES) .size_of = sizeof(som_class_desc), .name = NAME, .parents = PARENTS, .nparents = 1, .overrides = OVERRIDES, \
	.noverrides = COUNT(OVERRIDES), .override_size = sizeof(som_override)

/* ---- SOMMInvariantChecked ---- */

static void good(som_ref o, som_env *ev) { (void)o, (void)ev; }
static const som_method invariant[] = {METHOD("sommInvariant", "v:", good)};
const som_class_desc has_invariant_desc = {.size_of = sizeof(som_class_desc), .flags = SOM_ABSTRACT, .name = "SOMMHasInvariant", .introduces = invariant,
	.nintroduces = 1, .method_size = sizeof(som_method)};

/* An object that is being asked in this thread, and those meanwhile. */
typedef struct asked {
	const struct asked *outer;
	som_ref o;
} asked;
static _Thread_local const asked *asking;

/* Runs the implementation itself, so that asking is not asked about; nor is what an invariant calls of its own object. */
static void ask(som_call *call, som_env *ev) {
	som_tok t = has_invariant.m[0];
	const asked mine = {asking, call->object}, *a = asking;
	while (a && a->o != mine.o)
		a = a->outer;
	if (a || call->token == t || !som_is_a(call->object, has_invariant.c.cls)) return;
	asking = &mine;
	((void (*)(som_ref, som_env *))at(row_of(call->cls), t))(call->object, ev);
	asking = mine.outer;
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
static som_ref none_there(som_ref c, som_env *ev, void *memory) { return (void)memory, none(c, ev); }
static const som_override none_at_all[] = {{"somNew", (som_proc *)none, NULL}, {"somNewNoInit", (som_proc *)none, NULL}, {"somRenew", (som_proc *)none_there, NULL},
	{"somRenewNoInit", (som_proc *)none_there, NULL}, {"somRenewNoZero", (som_proc *)none_there, NULL}, {"somRenewNoInitNoZero", (som_proc *)none_there, NULL}};
const som_class_desc noninstantiable_desc = {META("SOMMNoninstantiable", of_classes, none_at_all)};

static som_ref of_subclasses(int way, som_ref c, som_env *ev, void *memory) {
	const som_class_info *i = info((som_class *)c);
	if (!i->declared || !som_descends(i->declared, abstract.c.cls)) return next_new(&abstract, way, c, ev, memory);
	return refuse(ev, SOM_E_ABSTRACT, "NO_IMPLEMENT", "class %s is abstract: make an instance of a subclass", i->name), NULL;
}
static som_ref new(som_ref c, som_env *ev) { return of_subclasses(META_NEW, c, ev, NULL); }
static som_ref raw(som_ref c, som_env *ev) { return of_subclasses(META_RAW, c, ev, NULL); }
static som_ref renew(som_ref c, som_env *ev, void *memory) { return of_subclasses(META_RENEW, c, ev, memory); }
static som_ref renew_raw(som_ref c, som_env *ev, void *memory) { return of_subclasses(META_RENEW_RAW, c, ev, memory); }
static som_ref renew_dirty(som_ref c, som_env *ev, void *memory) { return of_subclasses(META_RENEW_DIRTY, c, ev, memory); }
static som_ref renew_raw_dirty(som_ref c, som_env *ev, void *memory) { return of_subclasses(META_RENEW_RAW_DIRTY, c, ev, memory); }
static const som_override ways[] = {{"somNew", (som_proc *)new, NULL}, {"somNewNoInit", (som_proc *)raw, NULL}, {"somRenew", (som_proc *)renew, NULL},
	{"somRenewNoInit", (som_proc *)renew_raw, NULL}, {"somRenewNoZero", (som_proc *)renew_dirty, NULL},
	{"somRenewNoInitNoZero", (som_proc *)renew_raw_dirty, NULL}};
const som_class_desc abstract_desc = {META("SOMMAbstract", of_classes, ways)};

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
