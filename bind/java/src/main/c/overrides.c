/* overrides.c: methods of classes that Java has made, called from C: by any thread, which is attached. */
#include "core.h"


typedef struct override {
	made *of;
	const somh_method *m;
	jmethodID direct; /* it takes and returns numbers alone, and is called as it is; NULL: it is Upcall's to call it */
	jlong id;
} override;

/* ---- By octets ---- */

static void write_in(writer *w, const somh_method *m, const som_value *args) {
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		const som_value *v = &args[p->slot];
		bool behind = p->type->apart || p->direction != SOMH_IN;
		char there = behind && v->p;
		if (p->direction == SOMH_OUT || p->type->kind == SOMH_MAKING) continue;
		if (p->type->apart && p->nullable && p->direction == SOMH_IN) {
			write_octets(w, &there, 1);
			if (!there) continue;
		}
		if (behind && !there) {
			end_writer(w, true);
			w->why = "an argument that must not be NULL is";
			return;
		}
		write_value(w, p->type, behind ? v->p : (const void *)v);
	}
}

/* One value that comes out, to where C wants it. */
static void read_out(reader *r, som_ref self, const somh_method *m, const somh_param *p, void *to) {
	union { som_value v; _Alignas(16) char room[256]; } small;
	void *value = p->type->size <= sizeof small ? memset(&small, 0, sizeof small) : calloc(1, p->type->size);
	if (!to) r->why = "there is no place for what comes out";
	else if (!value) r->why = "no memory for a result";
	else read_value(r, p->type, value);
	if (!r->why && !somh_give(self, m, p, value, to)) r->why = "no memory for a result";
	if (value != (void *)&small) free(value);
}

static void read_results(reader *r, som_ref self, const somh_method *m, const som_value *args, som_value *result) {
	uint32_t n = 0;
	if (m->result.type->kind != SOMH_VOID) {
		read_out(r, self, m, &m->result, m->result.type->apart ? args[m->result.slot].p : result);
		n += !r->why;
	}
	for (uint32_t i = 0; i < m->nparams && !r->why; i++) {
		if (m->params[i].direction == SOMH_IN) continue;
		read_out(r, self, m, &m->params[i], args[m->params[i].slot].p);
		n += !r->why;
	}
	if (r->why) somh_take_back(m, n, args, result);
}

static void call_by_octets(JNIEnv *env, const override *o, som_ref self, jobject is, const som_value *args, som_value *result) {
	writer w = {0};
	write_in(&w, o->m, args);
	jbyteArray in = written(env, &w), out;
	if (!in) return;
	jobjectArray held = (*env)->CallStaticObjectMethod(env, upcall_class, upcalls.handle, o->id, is, in); /* objects whose cells are in it live until this frame ends */
	if ((*env)->ExceptionCheck(env) || !held) return;
	out = (*env)->GetObjectArrayElement(env, held, 0);
	jsize n = (*env)->GetArrayLength(env, out);
	char *p = malloc((size_t)n + 1);
	if (!p) return (void)fail(env, "no memory for results");
	(*env)->GetByteArrayRegion(env, out, 0, n, (jbyte *)p);
	reader r = {.p = p, .end = p + n, .env = env};
	read_results(&r, self, o->m, args, result);
	free(p);
	if (r.gone) throw_released(env, (*env)->NewLocalRef(env, r.gone->weak));
	else if (r.why) fail(env, r.why);
}

/* ---- Of numbers alone ---- */

static jvalue java_value(const somh_type *t, const som_value *v) {
	jvalue j = {.j = 0};
	switch (t->kind) {
	case SOMH_BOOLEAN: j.z = v->b != 0; break;
	case SOMH_OCTET: j.i = v->b; break;
	case SOMH_CHAR: j.c = v->b; break;
	case SOMH_INT8: j.b = (jbyte)v->b; break;
	case SOMH_WCHAR: j.c = v->H; break;
	case SOMH_SHORT: j.s = v->h; break;
	case SOMH_USHORT: j.i = v->H; break;
	case SOMH_LONG: j.i = v->i; break;
	case SOMH_ULONG: j.j = v->u; break;
	case SOMH_FLOAT: j.f = v->f; break;
	case SOMH_DOUBLE: j.d = v->d; break;
	default: j.j = v->l;
	}
	return j;
}

/* A number that is in its type's range, or a NULL with an exception pending. */
static bool in_range(JNIEnv *env, const override *o, int64_t n, int64_t most, const char *type) {
	char text[400];
	if (n >= 0 && n <= most) return true;
	snprintf(text, sizeof text, "the result of %.100s: %lld is out of the range of %s (0 to %lld)", o->m->name, (long long)n, type, (long long)most);
	jclass c = (*env)->FindClass(env, "java/lang/IllegalArgumentException");
	if (c) (*env)->ThrowNew(env, c, text);
	return false;
}

static void call_direct(JNIEnv *env, const override *o, jobject self, const som_value *args, som_value *result) {
	jvalue in[SOMH_MAX_ARGS];
	const somh_method *m = o->m;
	jclass c = o->of->java;
	som_value v = {.L = 0};
	int64_t n;
	for (uint32_t i = 0; i < m->nparams; i++)
		in[i] = java_value(m->params[i].type, &args[m->params[i].slot]);
	switch (m->result.type->kind) {
	case SOMH_VOID: (*env)->CallNonvirtualVoidMethodA(env, self, c, o->direct, in); return;
	case SOMH_BOOLEAN: v.b = (*env)->CallNonvirtualBooleanMethodA(env, self, c, o->direct, in) != 0; break;
	case SOMH_INT8: v.b = (uint8_t)(*env)->CallNonvirtualByteMethodA(env, self, c, o->direct, in); break;
	case SOMH_WCHAR: v.H = (*env)->CallNonvirtualCharMethodA(env, self, c, o->direct, in); break;
	case SOMH_SHORT: v.h = (*env)->CallNonvirtualShortMethodA(env, self, c, o->direct, in); break;
	case SOMH_LONG: v.i = (*env)->CallNonvirtualIntMethodA(env, self, c, o->direct, in); break;
	case SOMH_FLOAT: v.f = (*env)->CallNonvirtualFloatMethodA(env, self, c, o->direct, in); break;
	case SOMH_DOUBLE: v.d = (*env)->CallNonvirtualDoubleMethodA(env, self, c, o->direct, in); break;
	case SOMH_CHAR:
		n = (*env)->CallNonvirtualCharMethodA(env, self, c, o->direct, in);
		if (!(*env)->ExceptionCheck(env) && in_range(env, o, n, UINT8_MAX, "char")) v.b = (uint8_t)n;
		break;
	case SOMH_OCTET:
		n = (*env)->CallNonvirtualIntMethodA(env, self, c, o->direct, in);
		if (!(*env)->ExceptionCheck(env) && in_range(env, o, n, UINT8_MAX, "octet")) v.b = (uint8_t)n;
		break;
	case SOMH_USHORT:
		n = (*env)->CallNonvirtualIntMethodA(env, self, c, o->direct, in);
		if (!(*env)->ExceptionCheck(env) && in_range(env, o, n, UINT16_MAX, "unsigned short")) v.H = (uint16_t)n;
		break;
	case SOMH_ULONG:
		n = (*env)->CallNonvirtualLongMethodA(env, self, c, o->direct, in);
		if (!(*env)->ExceptionCheck(env) && in_range(env, o, n, UINT32_MAX, "unsigned long")) v.u = (uint32_t)n;
		break;
	default: v.l = (*env)->CallNonvirtualLongMethodA(env, self, c, o->direct, in);
	}
	if (result) *result = v;
}

/* ---- A call ---- */

/* What stands above an override, for an object that Java does not know, or no more. */
static void above(const override *o, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	const somh_class *c = __atomic_load_n(&o->of->cls, __ATOMIC_ACQUIRE);
	som_proc *proc = c ? somh_above(c, o->m) : NULL;
	if (proc) somh_call(o->m, proc, self, args, result, ev);
	else som_raise_system(ev, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, SOM_COMPLETED_NO, "the class was made in Java, which has ended");
}

/* One that is not direct, or that raised, makes more references than a thread of C's would ever give back. */
static void call_in_frame(JNIEnv *env, const override *o, som_ref self, jobject is, som_env *ev, const som_value *args, som_value *result) {
	jthrowable raised = (*env)->ExceptionOccurred(env);
	if (raised) (*env)->ExceptionClear(env);
	if ((*env)->PushLocalFrame(env, 16) != 0) {
		(*env)->ExceptionClear(env);
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_NO, "no memory for a call of Java");
	} else {
		if (raised) (*env)->Throw(env, raised);
		else call_by_octets(env, o, self, is, args, result);
		if ((*env)->ExceptionCheck(env)) raise_to_env(env, o->m->flags & SOMH_OIDL ? NULL : ev);
		(*env)->PopLocalFrame(env, NULL);
	}
	if (raised) (*env)->DeleteLocalRef(env, raised);
}

void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	const override *o = context;
	JNIEnv *env = thread_env();
	jobject is;
	if (!env) return above(o, self, ev, args, result);
	jthrowable before = NULL; /* who is called back while one is on its way */
	if ((*env)->ExceptionCheck(env)) before = (*env)->ExceptionOccurred(env), (*env)->ExceptionClear(env);
	cell *x = cell_of(self, &is, env);
	const somh_class *c = __atomic_load_n(&o->of->cls, __ATOMIC_ACQUIRE);
	if (!x || !x->made || __atomic_load_n(&x->early, __ATOMIC_ACQUIRE) || !c || (x->made != c && !(*env)->IsInstanceOf(env, is, o->of->java))) {
		above(o, self, ev, args, result);
	} else {
		if (o->direct) call_direct(env, o, is, args, result);
		if (!o->direct || (*env)->ExceptionCheck(env)) call_in_frame(env, o, self, is, ev, args, result);
		somh_took(o->m, args);
		enclose(env, x, self);
	}
	if (is) (*env)->DeleteLocalRef(env, is);
	if (!before) return;
	(*env)->Throw(env, before);
	(*env)->DeleteLocalRef(env, before);
}

/* ---- Classes ---- */

/* A class of SOM for one of Java's: ids are by which Upcall knows the class and its overrides; reflected has a method of Java's for those that are called directly. */
NATIVE(jlong, define)(JNIEnv *env, jclass c, jbyteArray name, jboolean exact, jlongArray parents, jclass java, jlong id, jlongArray methods, jlongArray ids, jobjectArray reflected) {
	jsize np = (*env)->GetArrayLength(env, parents), n = (*env)->GetArrayLength(env, methods);
	made *is = calloc(1, sizeof *is); /* it and the overrides live as long as the process */
	override *all = calloc((size_t)n + 1, sizeof *all);
	struct somh_override *overrides = calloc((size_t)n + 1, sizeof *overrides);
	jlong *addresses = calloc((size_t)(np + n) * 2 + 1, sizeof *addresses);
	const somh_class **above_it = calloc((size_t)np + 1, sizeof *above_it);
	char *s = chars_of(env, name);
	som_env ev = {0};
	(void)c;
	bool stays = false, good = is && all && overrides && addresses && above_it && s && (is->java = (*env)->NewGlobalRef(env, java));
	if (good) {
		is->id = id;
		(*env)->GetLongArrayRegion(env, parents, 0, np, addresses);
		for (jsize i = 0; i < np; i++) above_it[i] = ADDRESS(somh_class, addresses[i]);
		(*env)->GetLongArrayRegion(env, methods, 0, n, addresses);
		(*env)->GetLongArrayRegion(env, ids, 0, n, addresses + n);
		for (jsize i = 0; i < n; i++) {
			jobject method = (*env)->GetObjectArrayElement(env, reflected, i);
			all[i] = (override){is, ADDRESS(somh_method, addresses[i]), method ? (*env)->FromReflectedMethod(env, method) : NULL, addresses[n + i]};
			overrides[i] = (struct somh_override){all[i].m, &all[i]};
			if (method) (*env)->DeleteLocalRef(env, method);
		}
		somh_definition d = {.size_of = sizeof d, .noverrides = (uint32_t)n, .nparents = (uint32_t)np, .name = s, .parents = above_it, .overrides = overrides, .handler = handle,
			.begin = begin_instance, .end = end_instance, .context = is, .exact = exact};
		const somh_class *cls = somh_define(&d, &ev);
		stays = !cls && ev.code == SOM_E_BUSY; /* a class is there whose closures point to these */
		if (!cls) good = false, throw_env(env, &ev, NULL, NULL);
		else __atomic_store_n(&is->cls, cls, __ATOMIC_RELEASE);
	} else if (!(*env)->ExceptionCheck(env)) {
		fail(env, "no memory for a class");
	}
	free(overrides), free(addresses), free(above_it), free(s);
	if (good || stays) return good ? (jlong)(uintptr_t)is : 0;
	if (is && is->java) (*env)->DeleteGlobalRef(env, is->java);
	free(is), free(all);
	return 0;
}

NATIVE(jlong, madeClass)(JNIEnv *env, jclass c, jlong m) { return (void)env, (void)c, (jlong)(uintptr_t)ADDRESS(made, m)->cls; }
