/* proxy.c: SOMMProxyForObject, an object that sends the calls of its methods on to another, and SOMMProxyFor, its metaclass. */
#include "meta.h"

#include <string.h>

known proxy_for, proxy;

/* The data of a class of proxies: what stands in front of its methods; and of a proxy. */
static front **fronts_of(som_ref c) { return som_data(c, proxy_for.c.data); }
static som_ref *target_of(som_ref o) { return som_data(o, proxy.c.data); }

static void end(som_ref c, void *context) { (void)context, fronts_end(*fronts_of(c)); }

static som_ref get_target(som_ref o, som_env *ev) { return (void)ev, __atomic_load_n(target_of(o), __ATOMIC_ACQUIRE); }
static void set_target(som_ref o, som_env *ev, som_ref to) { (void)ev, __atomic_store_n(target_of(o), to, __ATOMIC_RELEASE); }

typedef int32_t dispatcher(som_ref o, som_env *ev, const char *method, const som_value *args, uint32_t n, som_value *result);

static int32_t send_on(som_ref o, som_env *ev, const char *method, const som_value *args, uint32_t n, som_value *result) {
	som_ref to = get_target(o, NULL);
	if (!to) return refuse(ev, SOM_E_UNKNOWN, "BAD_OPERATION", "class %s: the proxy has no target for %s", info(som_class_of(o))->name, method);
	return som_dispatch(to, method, args, n, result, ev);
}

static void handle(void *context, som_ref o, som_env *ev, const som_value *args, som_value *result) {
	const front *f = context;
	((dispatcher *)som_resolve(o, proxy.m[0]))(o, ev, f->method, args, f->nargs, result);
}

static bool is_sent(const som_class *c, const som_class *from, const som_method_info *m) {
	if (from != object.c.cls) return !som_descends(info(c)->parents[0], from);
	return !strcmp(m->name, "somPrintSelf") || !strcmp(m->name, "somDumpSelf") || !strcmp(m->name, "somDumpSelfInt");
}

static som_class *make(som_class *base, som_class *target, const char *name, som_env *ev) {
	if (!base) return refuse(ev, SOM_E_UNKNOWN, "BAD_OPERATION", "som_meta_load has not made SOMMProxyForObject"), NULL;
	const char *parents[] = {info(base)->name, info(target)->name};
	const uint32_t n = target == object.c.cls ? 0 : 1; /* everything is one */
	const som_class_desc d = {.size_of = sizeof d, .flags = SOM_DETACHED, .name = name, .parents = parents, .nparents = 1 + n,
		.abstract_parents = parents + 1, .nabstract_parents = n};
	som_class *c = som_class_define(&d, ev);
	if (c && fronts_put(fronts_of(&c->object), c, target, is_sent, handle, ev) == SOM_OK) return c;
	if (c) som_class_unload(c, NULL);
	return NULL;
}

static som_ref make_proxy_class(som_ref base, som_env *ev, som_ref target, const char *name) {
	if (base && (!target || !som_is_a(target, metaclass.c.cls))) return refuse(ev, SOM_E_TYPE, "BAD_PARAM", "a class is asked for"), NULL;
	return (som_ref)make((som_class *)base, (som_class *)target, name, ev);
}

som_class *som_proxy_class(som_class *target, const char *name, som_env *ev) { return (som_class *)make_proxy_class((som_ref)proxy.c.cls, ev, (som_ref)target, name); }

static const char *const class_parents[] = {"SOMClass"};
static const som_method class_methods[] = {METHOD("sommMakeProxyClass", "o:os", make_proxy_class)};
const som_class_desc proxy_for_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMProxyFor", .parents = class_parents, .nparents = 1,
	.introduces = class_methods, .nintroduces = 1, .method_size = sizeof(som_method), .data_size = sizeof(front *),
	.data_align = _Alignof(front *), .fini = end};

static const som_method methods[] = {METHOD("_get_sommProxyTarget", "o:", get_target), METHOD("_set_sommProxyTarget", "v:o", set_target),
	METHOD("sommProxyDispatch", "i:spIp", send_on)};
const som_class_desc proxy_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMProxyForObject", .metaclass = "SOMMProxyFor",
	.introduces = methods,
	.nintroduces = COUNT(methods), .method_size = sizeof(som_method), .data_size = sizeof(som_ref), .data_align = _Alignof(som_ref)};
