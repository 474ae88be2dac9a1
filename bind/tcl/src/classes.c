/* classes.c: classes of SOM as classes of TclOO, made when they are first met, and classes of Tcl below them, which SOM has too. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

static somh_twins *classes; /* of libsom's classes: what is known of each */
typedef struct known { class_data data; Tcl_Class tcl; } known;

static known *known_of(const somh_class *c) { return classes ? somh_twin(classes, (som_ref)(void *)(uintptr_t)c->cls) : NULL; }

static void drop_maker(maker *k) {
	for (override *o = k->overrides, *next; o; o = next) {
		next = o->next;
		unref(o->name);
		free(o);
	}
	free(k);
}

static void class_deleted(ClientData d) {
	known *k = d;
	maker *m = k->data.made;
	if (k->data.cls) somh_twin_set(classes, (som_ref)(void *)(uintptr_t)k->data.cls->cls, NULL);
	if (m) {
		som_env ev = {0};
		__atomic_store_n(&m->tcl, NULL, __ATOMIC_RELEASE);
		if (m->cls && somh_undefine(m->cls, &ev) == SOM_OK) drop_maker(m); /* else another language has it: it goes on with what stands above */
		som_env_clear(&ev);
	}
	ckfree((char *)k);
}

static const Tcl_ObjectMetadataType class_type = {TCL_OO_METADATA_VERSION_CURRENT, "dsom.class", class_deleted, NULL};

class_data *data_of(Tcl_Class c) { return Tcl_ClassGetMetadata(c, &class_type); }

static known *remember(Tcl_Class tcl, const somh_class *c, maker *made) {
	known *k = (known *)ckalloc(sizeof *k);
	*k = (known){{c, made}, tcl};
	if (!classes) classes = somh_twins_new();
	if (!somh_twin_set(classes, (som_ref)(void *)(uintptr_t)c->cls, k)) return ckfree((char *)k), fail("MEMORY", "not enough memory"), NULL;
	Tcl_ClassSetMetadata(tcl, &class_type, k);
	return k;
}

/* Calls a command of words. */
static int run(int n, const char *const *word, Tcl_Obj *last) {
	Tcl_Obj *all[8];
	for (int i = 0; i < n; i++) all[i] = Tcl_NewStringObj(word[i], -1);
	if (last) all[n++] = last;
	for (int i = 0; i < n; i++) Tcl_IncrRefCount(all[i]);
	int code = Tcl_EvalObjv(interp, n, all, TCL_EVAL_GLOBAL);
	for (int i = 0; i < n; i++) unref(all[i]);
	return code;
}
#define RUN(last, ...) run((int)(sizeof(const char *[]){__VA_ARGS__} / sizeof(char *)), (const char *[]){__VA_ARGS__}, last)

/* ---- Native classes ---- */

/* The first class of an object that has not been begun yet. */
static int construct(ClientData d, Tcl_Interp *in, Tcl_ObjectContext context, int objc, Tcl_Obj *const *objv) {
	int skip = Tcl_ObjectContextSkippedArgs(context);
	(void)d;
	if (objc > skip) return Tcl_WrongNumArgs(in, skip, objv, NULL), TCL_ERROR;
	return ensure(Tcl_ObjectContextObject(context)) ? TCL_OK : TCL_ERROR;
}

static const Tcl_MethodType construct_type = {TCL_OO_METHOD_VERSION_CURRENT, "dsom.constructor", construct, NULL, NULL};

static void add(Tcl_Class tcl, const char *name, const Tcl_MethodType *type, const somh_method *m, const somh_method *sets, const somh_class *owner) {
	called *c = (called *)ckalloc(sizeof *c);
	*c = (called){m, sets, owner, false};
	Tcl_Obj *is = Tcl_NewStringObj(name, -1);
	Tcl_IncrRefCount(is);
	Tcl_NewMethod(interp, tcl, is, 1, type, c);
	unref(is);
}

static const somh_method *accessor(const somh_class *c, const char *attribute, uint32_t flag) {
	for (uint32_t i = 0; i < c->norder; i++)
		for (uint32_t k = 0; k < c->order[i]->nmethods; k++) {
			const somh_method *m = &c->order[i]->methods[k];
			if (m->flags & flag && !strcmp(m->attribute, attribute)) return m;
		}
	return NULL;
}

static void add_method(Tcl_Class tcl, const char *name, const somh_method *m, const somh_class *c) {
	if ((m->flags & SOMH_ROOT && m->why) || !strcmp(m->name, "destroy")) return; /* which is TclOO's */
	if (m->flags & SOMH_INIT && !m->why) {
		Tcl_Obj *all[] = {Tcl_NewStringObj("::oo::objdefine", -1), Tcl_NewStringObj(name, -1), Tcl_NewStringObj("forward", -1), Tcl_NewStringObj(m->name, -1), Tcl_NewStringObj("::dsom::make", -1),
			Tcl_NewStringObj(name, -1), Tcl_NewStringObj(m->name, -1)};
		for (int i = 0; i < 7; i++) Tcl_IncrRefCount(all[i]);
		Tcl_EvalObjv(interp, 7, all, TCL_EVAL_GLOBAL);
		for (int i = 0; i < 7; i++) unref(all[i]);
		return;
	}
	add(tcl, m->name, &method_type, m, NULL, c);
	if (m->attribute && !m->why) add(tcl, m->attribute, &attribute_type, accessor(c, m->attribute, SOMH_GETS), accessor(c, m->attribute, SOMH_SETS), c);
}

Tcl_Class class_of(const somh_class *c) {
	known *k = known_of(c);
	if (k) return k->tcl;
	if (c->made_by) { /* a class of Tcl's that is no more: what stands above it */
		for (uint32_t i = 1; i < c->norder; i++)
			if (!c->order[i]->made_by) return class_of(c->order[i]);
	}
	Tcl_Obj *parents = Tcl_NewListObj(0, NULL), *name = Tcl_ObjPrintf("::%s", c->name), *space = NULL;
	Tcl_IncrRefCount(parents), Tcl_IncrRefCount(name);
	const char *full = Tcl_GetString(name), *tail = strrchr(full, ':');
	Tcl_Class tcl = NULL;
	bool good = true;
	for (uint32_t i = 0; i < c->nparents && good; i++) {
		Tcl_Class above = class_of(c->parents[i]);
		good = above != NULL;
		if (good) Tcl_ListObjAppendElement(NULL, parents, Tcl_GetObjectName(interp, Tcl_GetClassAsObject(above)));
	}
	if (good && tail > full + 1) {
		space = Tcl_NewStringObj(full, (int)(tail - 1 - full));
		good = RUN(Tcl_NewObj(), "::namespace", "eval", Tcl_GetString(space)) == TCL_OK;
		Tcl_IncrRefCount(space);
		unref(space);
	}
	Tcl_CmdInfo info;
	if (good && Tcl_GetCommandInfo(interp, full, &info)) good = fail("NAME", "class %s cannot be made: there is a command of that name", c->name) == TCL_OK;
	good = good && RUN(NULL, "::oo::class", "create", full) == TCL_OK;
	if (good && c->nparents) {
		Tcl_Obj *script = Tcl_ObjPrintf("superclass %s", Tcl_GetString(parents));
		good = RUN(script, "::oo::define", full) == TCL_OK;
	}
	if (good) {
		Tcl_Object object = Tcl_GetObjectFromObj(interp, name);
		tcl = object ? Tcl_GetObjectAsClass(object) : NULL;
	}
	if (tcl && !remember(tcl, c, NULL)) tcl = NULL;
	if (tcl) {
		for (uint32_t i = c->norder; i-- > 1;) /* initializers are the class's own, and not inherited */
			for (uint32_t j = 0; j < c->order[i]->nmethods; j++)
				if (c->order[i]->methods[j].flags & SOMH_INIT) add_method(tcl, full, &c->order[i]->methods[j], c);
		for (uint32_t i = 0; i < c->nmethods; i++) add_method(tcl, full, &c->methods[i], c);
		for (uint32_t i = 0; i < c->nowns; i++) add_method(tcl, full, c->owns[i], c);
		if (!c->nparents) Tcl_ClassSetConstructor(interp, tcl, Tcl_NewMethod(interp, tcl, NULL, 1, &construct_type, NULL));
		Tcl_ResetResult(interp);
	}
	unref(parents), unref(name);
	return tcl;
}

/* ---- Classes made in Tcl ---- */

/* The methods that a class of Tcl's has itself, exported or not, and then its superclasses. */
static Tcl_Obj *told(Tcl_Class tcl, const char *what, const char *flag) {
	Tcl_Obj *name = Tcl_GetObjectName(interp, Tcl_GetClassAsObject(tcl));
	int code = flag ? RUN(NULL, "::info", "class", what, Tcl_GetString(name), flag) : RUN(NULL, "::info", "class", what, Tcl_GetString(name));
	if (code != TCL_OK) return NULL;
	Tcl_Obj *r = Tcl_GetObjResult(interp);
	Tcl_IncrRefCount(r);
	Tcl_ResetResult(interp);
	return r;
}

static bool has(Tcl_Obj *names, const char *name) {
	int n;
	Tcl_Obj **all;
	Tcl_ListObjGetElements(NULL, names, &n, &all);
	for (int i = 0; i < n; i++)
		if (!strcmp(Tcl_GetString(all[i]), name)) return true;
	return false;
}

typedef struct list { struct somh_override *all; uint32_t n, room; } list;

/* Overrides of what is among the names and was not yet overridden. */
static int find_overrides(maker *k, Tcl_Obj *names, const somh_class *const *parents, uint32_t nparents, list *l) {
	for (uint32_t p = 0; p < nparents; p++)
		for (uint32_t i = 0; i < parents[p]->norder; i++)
			for (uint32_t j = 0; j < parents[p]->order[i]->nmethods; j++) {
				const somh_method *m = &parents[p]->order[i]->methods[j];
				bool there = m->why || m->kind != SOM_STATIC || m->flags & SOMH_INIT || !has(names, m->name);
				for (const override *o = k->overrides; o && !there; o = o->next) there = o->m == m;
				if (there) continue;
				override *o = malloc(sizeof *o);
				struct somh_override *more = l->n == l->room ? realloc(l->all, (l->room = 2 * l->room + 8) * sizeof *more) : l->all;
				if (!o || !more) return free(o), fail("MEMORY", "not enough memory");
				l->all = more;
				*o = (override){k->overrides, k, m, Tcl_NewStringObj(m->name, -1)};
				Tcl_IncrRefCount(o->name);
				k->overrides = o;
				l->all[l->n++] = (struct somh_override){m, o};
			}
	return TCL_OK;
}

void update(class_data *c) {
	known *k = known_of(c->cls);
	Tcl_Obj *names = k ? told(k->tcl, "methods", "-private") : NULL;
	list l = {NULL, 0, 0};
	if (names && find_overrides(c->made, names, c->cls->parents, c->cls->nparents, &l) == TCL_OK)
		for (uint32_t i = 0; i < l.n; i++) {
			som_env ev = {0};
			somh_override(c->cls, l.all[i].method, l.all[i].context, &ev);
			som_env_clear(&ev);
		}
	if (names) unref(names);
	free(l.all);
}

static class_data *define(Tcl_Class tcl) {
	Tcl_Obj *supers = told(tcl, "superclasses", NULL), *names = told(tcl, "methods", "-private"), **all;
	const somh_class *parents[SOMH_MAX_ARGS];
	int n = 0;
	uint32_t nparents = 0;
	known *is = NULL;
	list l = {NULL, 0, 0};
	const char *name = Tcl_GetString(Tcl_GetObjectName(interp, Tcl_GetClassAsObject(tcl)));
	if (supers) Tcl_ListObjGetElements(NULL, supers, &n, &all);
	for (int i = 0; i < n && nparents < SOMH_MAX_ARGS; i++) {
		Tcl_Object o = Tcl_GetObjectFromObj(interp, all[i]);
		Tcl_Class above = o ? Tcl_GetObjectAsClass(o) : NULL;
		class_data *c = above && strcmp(Tcl_GetString(all[i]), "::oo::object") != 0 ? data_of(above) : NULL;
		if (above && !c && strcmp(Tcl_GetString(all[i]), "::oo::object") != 0) c = define(above);
		if (c) parents[nparents++] = c->cls;
	}
	Tcl_ResetResult(interp);
	maker *k = nparents ? calloc(1, sizeof *k) : NULL;
	if (!nparents) fail("CLASS", "class %s has no class of SOM above it", name);
	if (k && names && find_overrides(k, names, parents, nparents, &l) == TCL_OK) {
		som_env ev = {0};
		k->tcl = tcl;
		somh_definition d = {.size_of = sizeof d, .name = name + 2, .parents = parents, .nparents = nparents, .overrides = l.all, .noverrides = l.n, .handler = handle, .begin = begin_instance,
			.end = end_instance, .context = k};
		const somh_class *c = somh_define(&d, &ev);
		bool stays = !c && ev.code == SOM_E_BUSY; /* a class is there for good whose closures point to these */
		if (!c) raise_env(&ev, NULL, NULL);
		__atomic_store_n(&k->cls, c, __ATOMIC_RELEASE);
		if (c) is = remember(tcl, c, k);
		if (c && !is) stays = somh_undefine(c, NULL) != SOM_OK;
		if (stays) __atomic_store_n(&k->tcl, NULL, __ATOMIC_RELEASE), k = NULL;
	}
	if (k && !is) drop_maker(k);
	if (supers) unref(supers);
	if (names) unref(names);
	free(l.all);
	return is ? &is->data : NULL;
}

static class_data *class_data_of(Tcl_Class tcl) {
	class_data *c = data_of(tcl);
	return c ? c : define(tcl);
}

class_data *class_at(Tcl_Obj *name) {
	Tcl_Object object = Tcl_GetObjectFromObj(interp, name);
	Tcl_Class tcl = object ? Tcl_GetObjectAsClass(object) : NULL;
	if (object && !tcl) fail("CLASS", "%s is no class", Tcl_GetString(name));
	return tcl ? class_data_of(tcl) : NULL;
}

class_data *class_of_object(Tcl_Object o) {
	if (RUN(NULL, "::info", "object", "class", Tcl_GetString(Tcl_GetObjectName(interp, o))) != TCL_OK) return NULL;
	Tcl_Obj *name = Tcl_GetObjResult(interp);
	Tcl_IncrRefCount(name);
	Tcl_ResetResult(interp);
	class_data *c = class_at(name);
	unref(name);
	return c;
}

/* ---- Commands ---- */

/* dsom::load name ?major minor?: the class's command. */
static int load_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	int major = 0, minor = 0;
	som_env ev = {0};
	(void)d;
	if (objc < 2 || objc > 4) return Tcl_WrongNumArgs(in, 1, objv, "class ?major? ?minor?"), TCL_ERROR;
	if ((objc > 2 && Tcl_GetIntFromObj(in, objv[2], &major) != TCL_OK) || (objc > 3 && Tcl_GetIntFromObj(in, objv[3], &minor) != TCL_OK)) return TCL_ERROR;
	const char *name = Tcl_GetString(objv[1]);
	if (!strncmp(name, "::", 2)) name += 2;
	const somh_class *c = somh_named(name, &ev);
	if (c && objc > 2 && som_class_check_version(c->cls, (uint32_t)major, (uint32_t)minor, &ev) != SOM_OK) c = NULL;
	if (!c) return raise_env(&ev, NULL, NULL);
	Tcl_Class tcl = class_of(c);
	return tcl ? Tcl_SetObjResult(in, Tcl_GetObjectName(in, Tcl_GetClassAsObject(tcl))), TCL_OK : TCL_ERROR;
}

static int library_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	som_env ev = {0};
	(void)d;
	if (objc != 2) return Tcl_WrongNumArgs(in, 1, objv, "file"), TCL_ERROR;
	return som_library_load(Tcl_GetString(objv[1]), &ev) == SOM_OK ? TCL_OK : raise_env(&ev, NULL, NULL);
}

static int path_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	som_env ev = {0};
	(void)d;
	if (objc != 2) return Tcl_WrongNumArgs(in, 1, objv, "folders"), TCL_ERROR;
	return som_set_path(*Tcl_GetString(objv[1]) ? Tcl_GetString(objv[1]) : NULL, &ev) == SOM_OK ? TCL_OK : raise_env(&ev, NULL, NULL);
}

static int see(som_class *c, void *all) { return Tcl_ListObjAppendElement(NULL, all, text_of(som_class_describe(c)->name)) != TCL_OK; }

static int classes_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	(void)d, (void)objc, (void)objv;
	Tcl_Obj *all = Tcl_NewListObj(0, NULL);
	som_classes(see, all);
	return Tcl_SetObjResult(in, all), TCL_OK;
}

static const somh_method *method_of(const somh_class *c, const char *name) {
	for (uint32_t i = 0; i < c->norder; i++)
		for (uint32_t k = 0; k < c->order[i]->nmethods; k++)
			if (!strcmp(c->order[i]->methods[k].attribute ? c->order[i]->methods[k].attribute : c->order[i]->methods[k].name, name)) return &c->order[i]->methods[k];
	return NULL;
}

/* dsom::about class name|version|instances|library|doc ?method?: what SOM knows of it. */
static int about_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	static const char *const what[] = {"name", "version", "instances", "library", "doc", NULL};
	int i;
	(void)d;
	if (objc != 3 && objc != 4) return Tcl_WrongNumArgs(in, 1, objv, "class name|version|instances|library|doc ?method?"), TCL_ERROR;
	class_data *c = class_at(objv[1]);
	if (!c || Tcl_GetIndexFromObj(in, objv[2], what, "question", 0, &i) != TCL_OK) return TCL_ERROR;
	const som_class_info *info = som_class_describe(c->cls->cls);
	const somh_method *m = objc == 4 ? method_of(c->cls, Tcl_GetString(objv[3])) : NULL;
	if (objc == 4 && (i != 4 || !m)) return fail("METHOD", "class %s has no method \"%s\"", c->cls->name, Tcl_GetString(objv[3]));
	switch (i) {
	case 0: Tcl_SetObjResult(in, text_of(c->cls->name)); break;
	case 1: Tcl_SetObjResult(in, Tcl_ObjPrintf("%u.%u", c->cls->major, c->cls->minor)); break;
	case 2: Tcl_SetObjResult(in, Tcl_NewWideIntObj((Tcl_WideInt)som_class_instances(c->cls->cls))); break;
	case 3: Tcl_SetObjResult(in, text_of(info && info->library ? info->library : "")); break;
	default: {
		const char *doc = m ? m->why ? m->why : m->doc : c->cls->doc;
		Tcl_SetObjResult(in, text_of(doc ? doc : ""));
	}
	}
	return TCL_OK;
}

/* dsom::register class: SOM has it from now on, with the methods that it has by now. */
static int register_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	(void)d;
	if (objc != 2) return Tcl_WrongNumArgs(in, 1, objv, "class"), TCL_ERROR;
	class_data *c = class_at(objv[1]);
	if (!c) return TCL_ERROR;
	if (c->made) update(c);
	return Tcl_SetObjResult(in, text_of(c->cls->name)), TCL_OK;
}

/* dsom::waits class method: it waits for other threads, which may call Tcl: it is called so that these are served. */
static int waits_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	(void)d;
	if (objc != 3) return Tcl_WrongNumArgs(in, 1, objv, "class method"), TCL_ERROR;
	class_data *c = class_at(objv[1]);
	const somh_method *m = c ? method_of(c->cls, Tcl_GetString(objv[2])) : NULL;
	if (!c) return TCL_ERROR;
	if (!m || m->attribute || c->made) return fail("METHOD", "class %s of another language has no method \"%s\"", c->cls->name, Tcl_GetString(objv[2]));
	called *k = (called *)ckalloc(sizeof *k);
	*k = (called){m, NULL, c->cls, true};
	Tcl_NewMethod(in, ((known *)(void *)c)->tcl, objv[2], 1, &method_type, k);
	return TCL_OK;
}

int class_commands(void) {
	static const struct { const char *name; Tcl_ObjCmdProc *proc; } all[] = {{"load", load_command}, {"library", library_command}, {"path", path_command}, {"classes", classes_command},
		{"about", about_command}, {"register", register_command}, {"waits", waits_command}, {"dispatch", dispatch_command}, {"make", make_command}, {"som_new", som_new_command}, {"give", give_command}, {"patience", patience_command},
		{"weak", weak_command}, {"address", address_command}, {"count", count_command}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		char name[60];
		snprintf(name, sizeof name, "::dsom::%s", all[i].name);
		Tcl_CreateObjCommand(interp, name, all[i].proc, NULL, NULL);
	}
	return TCL_OK;
}
