/* prevention.c: SOMMParentMethodCallPreventionEnabled: what a property does before, after or around calls is done once by
 * SOMMBeforeAfter, and descendants that do more cannot do it again by a parent or next call. */
#include "meta.h"

known prevention;

typedef struct prevented { som_proc *hooks[3]; } prevented; /* a property's data: what stood where calls are refused now; or NULL */

static prevented *prevented_of(som_ref property) { return som_data(property, prevention.c.data); }

som_proc *kept_hook(const som_class *property, int hook) {
	som_proc *kept = has(property, &prevention) ? prevented_of((som_ref)(uintptr_t)property)->hooks[hook] : NULL;
	return kept ? kept : at(row_of(property), before_after.m[hook]);
}

static void refused(som_ref c, som_env *ev) {
	refuse(ev, SOM_E_ABSTRACT, "NO_IMPLEMENT", "class %s: a property of it calls a hook of its parent's, which SOMMBeforeAfter calls by itself", info((som_class *)c)->name);
}
static uint8_t before(som_ref c, som_env *ev, som_call *call) { return (void)call, refused(c, ev), 0; }
static void after(som_ref c, som_env *ev, som_call *call) { (void)call, refused(c, ev); }
static void around(som_ref c, som_env *ev, som_call *call, som_rest *rest) { (void)call, (void)rest, refused(c, ev); }

static void ready(som_ref property, som_env *ev) {
	static som_proc *const refusals[] = {[BEFORE] = (som_proc *)before, [AFTER] = (som_proc *)after, [AROUND] = (som_proc *)around};
	som_class *p = (som_class *)property;
	next_ready(&prevention, property, ev);
	for (int hook = BEFORE; hook <= AROUND && ev->major == SOM_NO_EXCEPTION && som_descends(p, before_after.c.cls); hook++)
		if (implements(p, before_after.m[hook])) prevented_of(property)->hooks[hook] = som_class_replace(p, before_after.m[hook], refusals[hook], ev);
}

static const char *const parents[] = {"SOMClass"};
static const som_override overrides[] = {{"somClassReady", (som_proc *)ready, NULL}};
const som_class_desc prevention_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMParentMethodCallPreventionEnabled", .parents = parents, .nparents = 1,
	.overrides = overrides, .noverrides = 1, .override_size = sizeof(som_override), .data_size = sizeof(prevented), .data_align = _Alignof(prevented)};
