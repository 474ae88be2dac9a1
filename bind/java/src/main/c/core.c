/* core.c: the machine and its threads, and functions about classes and libraries. */
#define _GNU_SOURCE
#include "core.h"

#include <pthread.h>

bool down;
jclass upcall_class;
struct upcalls upcalls;
static JavaVM *machine;
static pthread_key_t attached; /* threads that are C's are detached when they end */

static void detach(void *is) {
	(void)is;
	if (!__atomic_load_n(&down, __ATOMIC_ACQUIRE)) (*machine)->DetachCurrentThread(machine);
}

JNIEnv *thread_env(void) {
	JNIEnv *env = NULL;
	if (__atomic_load_n(&down, __ATOMIC_ACQUIRE)) return NULL;
	if ((*machine)->GetEnv(machine, (void **)&env, JNI_VERSION_10) == JNI_OK) return env;
	JavaVMAttachArgs args = {JNI_VERSION_10, (char *)(uintptr_t) "SOM", NULL};
	if ((*machine)->AttachCurrentThreadAsDaemon(machine, (void **)&env, &args) != JNI_OK) return NULL;
	pthread_setspecific(attached, env);
	return env;
}

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *nothing) {
	JNIEnv *env;
	(void)nothing;
	machine = vm;
	if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_10) != JNI_OK || pthread_key_create(&attached, detach) != 0) return JNI_ERR;
	jclass c = (*env)->FindClass(env, "org/dsom/Upcall");
	if (!c || !(upcall_class = (*env)->NewGlobalRef(env, c))) return JNI_ERR;
	static const struct { size_t at; const char *name, *sig; } all[] = {
		{offsetof(struct upcalls, begin), "begin", "(JJJ)V"}, {offsetof(struct upcalls, handle), "handle", "(JLorg/dsom/SomObject;[B)[Ljava/lang/Object;"},
		{offsetof(struct upcalls, raising), "raising", "(Ljava/lang/Throwable;)[Ljava/lang/Object;"}, {offsetof(struct upcalls, user), "user", "(J[B)Ljava/lang/Throwable;"},
		{offsetof(struct upcalls, unknown), "unknown", "([B[B)Ljava/lang/Throwable;"}, {offsetof(struct upcalls, system), "system", "([BII[B[B)Ljava/lang/Throwable;"},
		{offsetof(struct upcalls, released), "released", "(Lorg/dsom/SomObject;)Ljava/lang/RuntimeException;"}, {offsetof(struct upcalls, failed), "failed", "(Ljava/lang/Throwable;)V"}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		jmethodID m = (*env)->GetStaticMethodID(env, c, all[i].name, all[i].sig);
		if (!m) return JNI_ERR;
		memcpy((char *)&upcalls + all[i].at, &m, sizeof m);
	}
	set_up_cells();
	return JNI_VERSION_10;
}

NATIVE(void, shut)(JNIEnv *env, jclass c) {
	(void)env, (void)c;
	__atomic_store_n(&down, true, __ATOMIC_SEQ_CST);
}

/* ---- Octets ---- */

jbyteArray bytes_of(JNIEnv *env, const void *p, size_t n) {
	jbyteArray a = n > INT32_MAX ? fail(env, "a value has more than 2 GiB") : (*env)->NewByteArray(env, (jsize)n);
	if (a && n) (*env)->SetByteArrayRegion(env, a, 0, (jsize)n, p);
	return a;
}

jbyteArray text_of(JNIEnv *env, const char *s) { return s ? bytes_of(env, s, strlen(s)) : NULL; }

char *chars_of(JNIEnv *env, jbyteArray a) {
	jsize n = (*env)->GetArrayLength(env, a);
	char *s = malloc((size_t)n + 1);
	if (!s) return fail(env, "no memory for a text");
	(*env)->GetByteArrayRegion(env, a, 0, n, (jbyte *)s);
	s[n] = 0;
	return s;
}

void *fail(JNIEnv *env, const char *why) {
	som_env ev = {0};
	som_raise_system(&ev, "IDL:omg.org/CORBA/IMP_LIMIT:1.0", 0, SOM_COMPLETED_NO, why);
	throw_env(env, &ev, NULL, NULL);
	return NULL;
}

/* ---- Classes and libraries ---- */

NATIVE(jlong, named)(JNIEnv *env, jclass c, jbyteArray name, jint major, jint minor) {
	som_env ev = {0};
	char *s = chars_of(env, name);
	(void)c;
	if (!s) return 0;
	const somh_class *is = somh_named(s, &ev);
	free(s);
	if (is && (major || minor) && som_class_check_version(is->cls, (uint32_t)major, (uint32_t)minor, &ev) != SOM_OK) is = NULL;
	if (!is) throw_env(env, &ev, NULL, NULL);
	return (jlong)(uintptr_t)is;
}

NATIVE(void, loadLibrary)(JNIEnv *env, jclass c, jbyteArray file) {
	som_env ev = {0};
	char *s = chars_of(env, file);
	(void)c;
	if (!s) return;
	if (som_library_load(s, &ev) != SOM_OK) throw_env(env, &ev, NULL, NULL);
	free(s);
}

NATIVE(void, setPath)(JNIEnv *env, jclass c, jbyteArray folders) {
	som_env ev = {0};
	char *s = folders ? chars_of(env, folders) : NULL;
	(void)c;
	if (folders && !s) return;
	if (som_set_path(s, &ev) != SOM_OK) throw_env(env, &ev, NULL, NULL);
	free(s);
}

NATIVE(jlong, classOf)(JNIEnv *env, jclass c, jlong ref) {
	som_env ev = {0};
	const somh_class *is = somh_describe(som_class_of(ADDRESS(som_object, ref)), &ev);
	(void)c;
	if (!is) throw_env(env, &ev, NULL, NULL);
	return (jlong)(uintptr_t)is;
}

NATIVE(jlong, instances)(JNIEnv *env, jclass c, jlong cls) { return (void)env, (void)c, (jlong)som_class_instances(ADDRESS(somh_class, cls)->cls); }

typedef struct list { som_class **all; size_t n, room; } list;

static int collect(som_class *c, void *context) {
	list *l = context;
	if (l->n == l->room) {
		som_class **more = realloc(l->all, (l->room = 2 * l->room + 64) * sizeof *more);
		if (!more) return 1;
		l->all = more;
	}
	l->all[l->n++] = (som_class *)(void *)som_retain((som_ref)(void *)c);
	return 0;
}

static void drop_list(list *l) {
	while (l->n) som_release((som_ref)(void *)l->all[--l->n]);
	free(l->all);
}

NATIVE(jbyteArray, classNames)(JNIEnv *env, jclass c) {
	list l = {NULL, 0, 0};
	writer w = {0};
	(void)c;
	som_classes(collect, &l);
	for (size_t i = 0; i < l.n; i++) {
		const som_class_info *info = som_class_describe(l.all[i]);
		write_text(&w, info->name);
		write_text(&w, info->library);
	}
	drop_list(&l);
	return written(env, &w);
}

/* A type by its name, of the class that has it in its type information; 0: there is none. */
NATIVE(jlong, typeNamed)(JNIEnv *env, jclass c, jbyteArray name) {
	list l = {NULL, 0, 0};
	const somh_type *found = NULL;
	char *s = chars_of(env, name);
	(void)c;
	if (!s) return 0;
	som_classes(collect, &l);
	for (size_t i = 0; i < l.n && !found; i++) {
		const somh_class *is = som_class_describe(l.all[i])->typelib ? somh_describe(l.all[i], NULL) : NULL;
		if (is) found = somh_type_named(is, s);
	}
	drop_list(&l);
	free(s);
	return (jlong)(uintptr_t)found;
}

/* ---- Descriptions, as Java reads them ---- */

static void number(writer *w, int64_t n) { write_octets(w, &n, sizeof n); }
static void address(writer *w, const void *p) { number(w, (int64_t)(uintptr_t)p); }

NATIVE(jbyteArray, describeClass)(JNIEnv *env, jclass j, jlong cls) {
	const somh_class *c = ADDRESS(somh_class, cls);
	writer w = {0};
	(void)j;
	write_text(&w, c->name), write_text(&w, c->doc), write_text(&w, som_class_describe(c->cls)->library);
	number(&w, c->major), number(&w, c->minor), number(&w, c->made_by != NULL);
	number(&w, c->nparents);
	for (uint32_t i = 0; i < c->nparents; i++) address(&w, c->parents[i]);
	number(&w, c->norder);
	for (uint32_t i = 0; i < c->norder; i++) address(&w, c->order[i]);
	number(&w, c->nmethods);
	for (uint32_t i = 0; i < c->nmethods; i++) address(&w, &c->methods[i]);
	number(&w, c->ntypes);
	for (uint32_t i = 0; i < c->ntypes; i++) address(&w, c->types[i]);
	return written(env, &w);
}

NATIVE(jbyteArray, describeType)(JNIEnv *env, jclass j, jlong type) {
	const somh_type *t = ADDRESS(somh_type, type);
	writer w = {0};
	(void)j;
	number(&w, t->kind), write_text(&w, t->name), write_text(&w, t->id), write_text(&w, t->doc), write_text(&w, t->why);
	number(&w, t->size), number(&w, (int64_t)t->bound), address(&w, t->elem);
	number(&w, t->nmembers);
	for (uint32_t i = 0; i < t->nmembers; i++) write_text(&w, t->members[i].name), address(&w, t->members[i].type);
	number(&w, t->nlabels);
	for (uint32_t i = 0; i < t->nlabels; i++) number(&w, t->labels[i].value), number(&w, t->labels[i].arm);
	number(&w, t->otherwise);
	return written(env, &w);
}

static void param(writer *w, const somh_param *p) {
	write_text(w, p->name), address(w, p->type), number(w, p->direction), number(w, p->nullable);
}

NATIVE(jbyteArray, describeMethod)(JNIEnv *env, jclass j, jlong method) {
	const somh_method *m = ADDRESS(somh_method, method);
	writer w = {0};
	(void)j;
	write_text(&w, m->name), write_text(&w, m->attribute), write_text(&w, m->doc), write_text(&w, m->sig), write_text(&w, m->why);
	address(&w, m->cls), number(&w, m->kind), number(&w, m->flags);
	if (m->why) return written(env, &w);
	number(&w, m->nparams);
	for (uint32_t i = 0; i < m->nparams; i++) param(&w, &m->params[i]);
	param(&w, &m->result);
	number(&w, m->nraises);
	for (uint32_t i = 0; i < m->nraises; i++) address(&w, m->raises[i]);
	return written(env, &w);
}
