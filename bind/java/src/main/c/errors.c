/* errors.c: exceptions both ways. What Java throws goes through other languages with the throwable, which is the same object again where it comes back. */
#include "core.h"

static const char java_id[] = "IDL:opendsom/JavaError:1.0";

/* The value of an exception that Java has raised: members behind their type and the throwable. */
typedef struct raised { jthrowable is; const somh_type *type; _Alignas(16) char value[]; } raised;

static raised *raised_of(void *value) { return (raised *)(void *)((char *)value - offsetof(raised, value)); }

static void drop_raised(void *value) {
	raised *r = raised_of(value);
	JNIEnv *env = thread_env();
	if (r->type) somh_end(r->type, value);
	if (env) (*env)->DeleteGlobalRef(env, r->is);
	som_deallocate(r);
}

/* ---- To Java ---- */

static jobject user_exception(JNIEnv *env, const som_env *ev, const somh_method *m, som_ref o) {
	for (uint32_t i = 0; m && ev->id && i < m->nraises; i++) {
		const somh_type *t = m->raises[i];
		if (strcmp(t->id, ev->id) != 0 || (!ev->value && t->nmembers)) continue;
		if (o && somh_raised(m, o, t) < t->nmembers) continue; /* of an older release: some of its members are not there */
		writer w = {0};
		if (t->nmembers) write_value(&w, t, ev->value);
		jbyteArray members = written(env, &w);
		return members ? (*env)->CallStaticObjectMethod(env, upcall_class, upcalls.user, (jlong)(uintptr_t)t, members) : NULL;
	}
	jbyteArray id = text_of(env, ev->id ? ev->id : ""), text = id ? text_of(env, ev->text) : NULL;
	return id && !(*env)->ExceptionCheck(env) ? (*env)->CallStaticObjectMethod(env, upcall_class, upcalls.unknown, id, text) : NULL;
}

static jobject system_exception(JNIEnv *env, const som_env *ev) {
	jbyteArray id = text_of(env, ev->id ? ev->id : "IDL:omg.org/CORBA/UNKNOWN:1.0");
	jbyteArray code = id ? text_of(env, ev->code ? som_code_name(ev->code) : "") : NULL, text = code ? text_of(env, ev->text) : NULL;
	if (!code || (*env)->ExceptionCheck(env)) return NULL;
	return (*env)->CallStaticObjectMethod(env, upcall_class, upcalls.system, id, (jint)ev->minor, (jint)ev->completed, code, text);
}

void throw_env(JNIEnv *env, som_env *ev, const somh_method *m, som_ref o) {
	jobject e = NULL;
	if (!(*env)->ExceptionCheck(env)) {
		if (ev->major == SOM_USER_EXCEPTION && ev->drop == drop_raised && ev->value) e = (*env)->NewLocalRef(env, raised_of(ev->value)->is);
		else e = ev->major == SOM_USER_EXCEPTION ? user_exception(env, ev, m, o) : system_exception(env, ev);
		if (e && !(*env)->ExceptionCheck(env)) (*env)->Throw(env, e);
	}
	som_env_clear(ev);
}

void throw_released(JNIEnv *env, jobject o) {
	jobject e = (*env)->CallStaticObjectMethod(env, upcall_class, upcalls.released, o);
	if (e && !(*env)->ExceptionCheck(env)) (*env)->Throw(env, e);
}

/* ---- To C ---- */

enum { A_USER, A_SYSTEM, A_JAVA }; /* what Upcall.raising says it is */

static void take_string(reader *r, char *to, size_t room) {
	int32_t n = 0;
	*to = 0;
	if ((size_t)(r->end - r->p) < sizeof n) return;
	memcpy(&n, r->p, sizeof n);
	r->p += sizeof n;
	if (n < 0 || n > r->end - r->p) return;
	size_t k = (size_t)n < room - 1 ? (size_t)n : room - 1;
	memcpy(to, r->p, k);
	to[k] = 0;
	r->p += n;
}

static int64_t take_number(reader *r) {
	int64_t n = 0;
	if (r->end - r->p >= (ptrdiff_t)sizeof n) memcpy(&n, r->p, sizeof n), r->p += sizeof n;
	return n;
}

/* A user exception, or one of Java's own, with the throwable in it. Which of its members cannot be read is in r. */
static void raise_value(som_env *ev, const somh_type *t, const char *id, const char *text, reader *r, jthrowable is) {
	JNIEnv *env = r->env;
	raised *v = som_allocate(sizeof *v + (t ? t->size : 0) + 1);
	if (v && t) read_value(r, t, v->value);
	if (!v || r->why || !(v->is = (*env)->NewGlobalRef(env, is))) {
		if (v && t && !r->why) somh_end(t, v->value);
		som_deallocate(v);
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_MAYBE, r->why ? r->why : "no memory for an exception");
		return;
	}
	v->type = t;
	som_raise_user(ev, id, v->value, drop_raised);
	if (text && ev->major && !ev->text && (ev->text = som_allocate(strlen(text) + 1))) strcpy(ev->text, text);
}

void raise_to_env(JNIEnv *env, som_env *ev) {
	jthrowable is = (*env)->ExceptionOccurred(env);
	char id[1100], text[2000];
	(*env)->ExceptionClear(env);
	if (!ev) { /* nobody is to be told */
		(*env)->CallStaticVoidMethod(env, upcall_class, upcalls.failed, is);
		(*env)->ExceptionClear(env);
		(*env)->DeleteLocalRef(env, is);
		return;
	}
	jobjectArray both = (*env)->CallStaticObjectMethod(env, upcall_class, upcalls.raising, is);
	if ((*env)->ExceptionCheck(env) || !both) { /* there is no room on the stack, or no memory */
		(*env)->ExceptionClear(env);
		reader r = {.env = env};
		raise_value(ev, NULL, java_id, "an exception of Java's that cannot be told", &r, is);
		(*env)->DeleteLocalRef(env, is);
		return;
	}
	(*env)->DeleteLocalRef(env, is);
	jbyteArray told = (*env)->GetObjectArrayElement(env, both, 0);
	is = (*env)->GetObjectArrayElement(env, both, 1);
	jsize n = (*env)->GetArrayLength(env, told);
	char *p = malloc((size_t)n + 1);
	if (!p) return som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_MAYBE, "no memory for an exception");
	(*env)->GetByteArrayRegion(env, told, 0, n, (jbyte *)p);
	reader r = {.p = p, .end = p + n, .env = env};
	int64_t kind = take_number(&r), a = take_number(&r), b = take_number(&r);
	take_string(&r, id, sizeof id);
	take_string(&r, text, sizeof text);
	if (kind == A_SYSTEM) som_raise_system(ev, id, (uint32_t)a, (uint32_t)b, text);
	else if (kind == A_USER && !a) som_raise_user(ev, id, NULL, NULL); /* of a type that nobody here knows */
	else if (kind == A_USER) raise_value(ev, ADDRESS(const somh_type, a), ADDRESS(const somh_type, a)->id, NULL, &r, is);
	else raise_value(ev, NULL, java_id, text, &r, is);
	free(p);
	(*env)->DeleteLocalRef(env, is);
	(*env)->DeleteLocalRef(env, told);
	(*env)->DeleteLocalRef(env, both);
}
