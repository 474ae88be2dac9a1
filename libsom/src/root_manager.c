/* root_manager.c: SOMClassMgr: its methods in the order of SOM 3.0. The registry itself is the kernel's, whose state it has. */
#include "kernel.h"

static som_ref found_class(som_class *c, int32_t major, int32_t minor, som_env *ev) {
	if (c && som_class_check_version(c, (uint32_t)major, (uint32_t)minor, ev) == SOM_OK) return &c->object;
	som_release((som_ref)c);
	return NULL;
}

static som_ref find_by_name(som_ref m, som_env *ev, const char *name, int32_t major, int32_t minor) {
	return (void)m, found_class(som_class_named(name, ev), major, minor, ev);
}

static som_ref find_in_file(som_ref m, som_env *ev, const char *name, int32_t major, int32_t minor, const char *file) {
	if (som_library_load(file, ev) != SOM_OK) return NULL;
	return (void)m, found_class(som_class_registered(name, ev), major, minor, ev);
}

static som_ref from_id(som_ref m, som_env *ev, const char *name) { return (void)m, (void)ev, (som_ref)som_class_registered(name, NULL); }

static const char *locate(som_ref m, som_env *ev, const char *name, int32_t major, int32_t minor) {
	LOCKED;
	const klass *k = name ? registered(name) : NULL;
	return (void)m, (void)ev, (void)major, (void)minor, k ? k->info.library : NULL;
}

static int32_t unload(som_ref m, som_env *ev, som_ref c) { return (void)m, som_class_unload((som_class *)c, ev); }

static const char *entry_name(som_ref m, som_env *ev) { return (void)m, (void)ev, SOM_LIBRARY_ENTRY; }

/* Classes of one group, or all; the list is owned, the classes are not. */
static som_class **list(const klass *like, uint32_t *n, som_env *ev) {
	LOCKED;
	som_class **to = take((classes_with_tokens + 1) * sizeof *to);
	*n = 0;
	if (!to) return no_memory(ev, "a list of classes"), NULL;
	for (klass *k = all_classes; k; k = k->next)
		if (!like || k->group == like->group) to[(*n)++] = C(k);
	return to;
}

static som_class **related(som_ref m, som_env *ev, som_ref c, uint32_t *n) { return (void)m, is_class(c, ev) ? list(K((som_class *)c), n, ev) : NULL; }
static som_class **all(som_ref m, som_env *ev, uint32_t *n) { return (void)m, list(NULL, n, ev); }

static int32_t substitute(som_ref m, som_env *ev, const char *name, const char *by) {
	som_class *c = som_class_named(name, ev), *s = c ? som_class_named(by, ev) : NULL;
	int code = s ? som_class_substitute(c, s, ev) : SOM_E_UNKNOWN;
	som_release((som_ref)s);
	som_release((som_ref)c);
	return (void)m, code;
}

static const void *repository(som_ref m, som_env *ev) { return (void)m, (void)ev, som_provider(SOM_PROVIDER_REPOSITORY); }
static void set_repository(som_ref m, som_env *ev, const void *r) { (void)m, (void)ev, som_set_provider(SOM_PROVIDER_REPOSITORY, r); }
static void add_library(som_ref m, som_env *ev, const char *name, som_library_entry_proc *entry) { (void)m, som_library_add(name, entry, ev); }

/* The two groups are one from now on, since a class goes with its library, whatever it joins. */
static void join_group(som_ref m, som_env *ev, som_ref c, som_ref to) {
	(void)m;
	if (!is_class(c, ev) || !is_class(to, ev)) return;
	LOCKED;
	const klass *into = K((som_class *)to);
	const uint64_t of = K((som_class *)c)->group, all = into->registered ? into->group : of; /* else it is ending */
	for (klass *k = all_classes; k; k = k->next) k->group = k->group == of ? all : k->group;
	for (library *l = libraries; l; l = l->next) l->group = l->group == of ? all : l->group;
}

static void register_again(som_ref m, som_env *ev, som_ref c) { /* som_class_define has registered it */
	if (is_class(c, ev)) som_release((som_ref)som_class_registered(K((som_class *)c)->info.name, ((void)m, ev)));
}

static void merge_into(som_ref m, som_env *ev, som_ref to) { /* all managers have one registry, the kernel's */
	if (!som_is_a(to, C(manager_class))) fail(((void)m, ev), SOM_E_TYPE, "classes are handed on to a SOMClassMgr, and this is none");
}

static void begin_lasting(som_ref m, som_env *ev) { (void)m, (void)ev, lasting++; }
static void end_lasting(som_ref m, som_env *ev) { (void)m, lasting ? (int)lasting-- : fail(ev, SOM_E_BUSY, "somBeginPersistentClasses was not called"); }

static void drop_library(som_ref m, som_env *ev, const char *name) {
	LOCKED;
	klass *k = all_classes;
	while (k && !(name && k->library && !k->library->handle && !strcmp(k->library->file, name))) k = k->next;
	if (k && som_class_unload((som_class *)som_retain(&k->c.object), ev) != SOM_OK) som_release(&k->c.object);
	if (!k) fail(((void)m, ev), SOM_E_UNKNOWN, "no class library %.300s is linked in, with a class", name ? name : "(none)");
}

UNFIT(somImportObject, "IBM has not said what it does")

static const som_method methods[] = {
	HAS(somFindClsInFile, "o:siis", find_in_file), HAS(somFindClass, "o:sii", find_by_name), HAS(somClassFromId, "o:s", from_id),
	HAS(somRegisterClass, "v:o", register_again), HAS(somUnregisterClass, "i:o", unload), HAS(somLocateClassFile, "s:sii", locate),
	HAS(somLoadClassFile, "o:siis", find_in_file), HAS(somUnloadClassFile, "i:o", unload), HAS(somGetInitFunction, "s:", entry_name),
	HAS(somMergeInto, "v:o", merge_into), HAS(somGetRelatedClasses, "p:op", related), HAS(somSubstituteClass, "i:ss", substitute),
	HAS(_get_somInterfaceRepository, "p:", repository), HAS(_set_somInterfaceRepository, "v:p", set_repository), HAS(_get_somRegisteredClasses, "p:p", all),
	HAS(somBeginPersistentClasses, "v:", begin_lasting), HAS(somEndPersistentClasses, "v:", end_lasting), GONE(somcmPrivate1), GONE(somcmPrivate2),
	HAS(somRegisterClassLibrary, "v:sp", add_library), HAS(somJoinAffinityGroup, "v:oo", join_group), HAS(somUnregisterClassLibrary, "v:s", drop_library),
	LACKS(somImportObject, "o:o"), GONE(somcmPrivate3), GONE(somcmPrivate4),
};

const som_class_desc manager_desc = ROOT(SOMClassMgr, 1, 6);
