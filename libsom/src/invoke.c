/* invoke.c: calls made and taken by signature, with libffi. A kernel that is built without it knows signatures, and has
 * neither such calls nor closures. */
#include "kernel.h"

typedef struct call call;

/* The call that a signature describes. */
static call *call_of(const char *sig) { return ((const som_name *)(const void *)(sig - offsetof(som_name, text)))->call; }

static const char letters[] = "vbchHiIlLfdsop";

/* What a call goes by ends where the types begin. */
static size_t letters_in(const char *sig) { return strcspn(sig, "/"); }

static bool well_formed(const char *text, bool procedure) {
	size_t n = text ? letters_in(text) : 0;
	if (procedure && text && *text == '/') return true;
	return n >= 2 && n <= 2 + MAX_ARGS && text[1] == ':' && strchr(letters, text[0]) && strspn(text + 2, letters + 1) == n - 2;
}

/* Where a signature has what begins as e does in its first n octets: an exception's id, and the brace behind it. Or NULL. */
static const char *exception_in(const char *sig, const char *e, size_t n) {
	while ((sig = strchr(sig, '!')) && strncmp(sig, e, n)) sig++;
	return sig;
}

/* As far as both say it, whether caller calls what is called as its says; an override may raise exceptions of fewer members. */
static bool same_signature(const char *caller, const char *its, bool overrides) {
	size_t n = letters_in(caller), types = strcspn(caller, "!");
	if (letters_in(its) != n || strncmp(caller, its, n)) return false;
	if (!caller[n] || !its[n]) return true;
	if (strcspn(its, "!") != types || strncmp(caller, its, types)) return false;
	for (const char *e = caller + types, *end; *e; e = end) { /* !id{member;member; */
		end = e + 1 + strcspn(e + 1, "!");
		const char *there = exception_in(its, e, strcspn(e, "{") + 1);
		size_t known = (size_t)(end - e), has = there ? 1 + strcspn(there + 1, "!") : known;
		if (there && (strncmp(e, there, known < has ? known : has) || (known > has && !overrides))) return false;
	}
	return true;
}

int check_signature(const klass *k, const char *method, const char *its, const char *sig, bool overrides, som_env *ev) {
	if (!sig || !its || same_signature(overrides ? its : sig, overrides ? sig : its, overrides)) return SOM_OK;
	return fail(ev, SOM_E_METHOD, "class %s: %s has the signature %s, and %s %s, of another release", k->info.name, method, its,
		overrides ? "its override has" : "a client calls it as", sig);
}

#ifdef SOM_FFI
#include <ffi.h>

struct call {
	uint32_t nargs;
	uint32_t result_at, result_size; /* where in what libffi gives the value lies */
	ffi_cif cif;
	ffi_type *types[];
};

static ffi_type *type_of(char letter) {
	static ffi_type *const types[] = {&ffi_type_void, &ffi_type_uint8, &ffi_type_uint8, &ffi_type_sint16, &ffi_type_uint16,
		&ffi_type_sint32, &ffi_type_uint32, &ffi_type_sint64, &ffi_type_uint64, &ffi_type_float, &ffi_type_double,
		&ffi_type_pointer, &ffi_type_pointer, &ffi_type_pointer}; /* as letters has them */
	return types[strchr(letters, letter) - letters];
}

static bool prepare(call *c, const char *sig) {
	ffi_type *result = type_of(sig[0]);
	c->types[0] = c->types[1] = &ffi_type_pointer;
	for (uint32_t i = 0; i < c->nargs; i++)
		c->types[2 + i] = type_of(sig[2 + i]);
	c->result_size = sig[0] == 'v' ? 0 : (uint32_t)result->size;
	enum { BIG = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ };
	if (BIG && strchr("bchHiI", sig[0]) && result->size < sizeof(ffi_arg)) /* libffi gives small integers as a whole register */
		c->result_at = (uint32_t)(sizeof(ffi_arg) - result->size);
	return ffi_prep_cif(&c->cif, FFI_DEFAULT_ABI, 2 + c->nargs, result, c->types) == FFI_OK;
}

static int apply(som_proc *proc, const char *sig, som_ref o, const som_value *args, som_value *to, som_env *ev) {
	union { ffi_arg whole; som_value value; } r = {.value = {.l = 0}};
	const call *c = call_of(sig);
	void *at[2 + MAX_ARGS] = {&o, &ev};
	for (uint32_t i = 0; i < c->nargs; i++)
		at[2 + i] = (void *)(uintptr_t)&args[i];
	ffi_call((ffi_cif *)(uintptr_t)&c->cif, proc, &r, at);
	if (to) to->l = 0, memcpy(to, (char *)&r + c->result_at, c->result_size);
	return SOM_OK;
}

/* ---- Closures ---- */

typedef struct closure { struct closure *next; ffi_closure *made; som_proc *code; const char *sig; som_handler *handler; void *context; } closure;

enum { CLOSURE_BUCKETS = 1024 };
static closure *closures[CLOSURE_BUCKETS]; /* by code, under the lock */

static closure **closure_bucket(som_proc *code) { return &closures[(uintptr_t)code / 16 % CLOSURE_BUCKETS]; }

static void handle(ffi_cif *cif, void *to, void **at, void *context) {
	closure *c = context;
	const call *of = call_of(c->sig);
	som_value args[MAX_ARGS], v = {.l = 0};
	(void)cif;
	for (uint32_t i = 0; i < of->nargs; i++) {
		args[i].l = 0;
		memcpy(&args[i], at[2 + i], of->types[2 + i]->size);
	}
	c->handler(c->context, *(som_ref *)at[0], *(som_env **)at[1], args, &v);
	switch (c->sig[0]) {
	case 'b': case 'c': *(ffi_arg *)to = v.b; break;
	case 'h': *(ffi_sarg *)to = v.h; break;
	case 'H': *(ffi_arg *)to = v.H; break;
	case 'i': *(ffi_sarg *)to = v.i; break;
	case 'I': *(ffi_arg *)to = v.u; break;
	default: memcpy(to, &v, of->result_size);
	}
}

som_proc *som_closure(const char *sig, som_handler *handler, void *context, som_env *ev) {
	const char *made = handler ? signature(sig, false, ev) : (fail(ev, SOM_E_METHOD, "a closure without a handler"), NULL);
	closure *c = made ? take(sizeof *c) : NULL;
	void *code = NULL;
	if (c) c->made = ffi_closure_alloc(sizeof *c->made, &code);
	if (!c || !c->made || ffi_prep_closure_loc(c->made, &call_of(made)->cif, handle, c, code) != FFI_OK) {
		if (c && c->made) ffi_closure_free(c->made);
		give(c);
		if (made) no_memory(ev, "a closure: or the system forbids code that is made at run time");
		return NULL;
	}
	*c = (closure){.made = c->made, .sig = made, .handler = handler, .context = context};
	memcpy(&c->code, &code, sizeof code);
	LOCKED;
	c->next = *closure_bucket(c->code);
	*closure_bucket(c->code) = c;
	return c->code;
}

void som_closure_free(som_proc *code) {
	LOCKED;
	closure **at = closure_bucket(code), *c;
	while ((c = *at) && c->code != code) at = &c->next;
	if (!c) return;
	*at = c->next;
	ffi_closure_free(c->made);
	give(c);
}
#else
struct call { uint32_t nargs; };

static bool prepare(call *c, const char *sig) { return c && sig; }

static int apply(som_proc *proc, const char *sig, som_ref o, const som_value *args, som_value *to, som_env *ev) {
	(void)proc, (void)o, (void)args, (void)to;
	return fail(ev, SOM_E_LIBRARY, "calls by signature (%s) and closures need a kernel that is built with libffi", sig);
}

som_proc *som_closure(const char *sig, som_handler *handler, void *context, som_env *ev) {
	(void)handler, (void)context;
	return apply(NULL, sig, NULL, NULL, NULL, ev), NULL;
}

void som_closure_free(som_proc *code) { (void)code; }
#endif

const char *signature(const char *text, bool procedure, som_env *ev) {
	if (!well_formed(text, procedure))
		return fail(ev, SOM_E_METHOD, "the signature %.100s is malformed: a result's letter, a colon, at most %d arguments' of %s, and perhaps /types",
			text ? text : "(none)", MAX_ARGS, letters), NULL;
	som_name *n = (som_name *)(uintptr_t)som_name_of(text, ev);
	if (!n || *text == '/' || __atomic_load_n(&n->call, __ATOMIC_ACQUIRE)) return n ? n->text : NULL;
	uint32_t nargs = (uint32_t)letters_in(text) - 2;
	call *c = take(sizeof *c + (2 + nargs) * WORD_SIZE), *none = NULL;
	if (c) c->nargs = nargs;
	if (!c || !prepare(c, n->text)) return give(c), no_memory(ev, "a signature"), NULL;
	if (!__atomic_compare_exchange_n(&n->call, &none, c, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) give(c); /* another thread was quicker */
	return n->text;
}

int som_apply(som_proc *proc, const char *sig, som_ref o, const som_value *args, som_value *to, som_env *ev) {
	const char *made = sig && proc ? signature(sig, false, ev) : NULL;
	if (!proc || !sig) return fail(ev, SOM_E_METHOD, "a call without a procedure or a signature");
	if (made && call_of(made)->nargs && !args) return fail(ev, SOM_E_TYPE, "a call by %s without arguments", sig);
	return made ? apply(proc, made, o, args, to, ev) : SOM_E_METHOD;
}

int call_found(som_proc *proc, const char *sig, som_ref o, const char *method, const som_value *args, uint32_t n, som_value *to, som_env *ev) {
	if (!proc || proc == (som_proc *)no_implementation) return no_implementation(o, ev), SOM_E_ABSTRACT;
	if (!sig || *sig == '/') return fail(ev, SOM_E_METHOD, "class %s: %s has no signature that it could be called by here", class_of(o)->info.name, method);
	if (call_of(sig)->nargs != n || (n && !args))
		return fail(ev, SOM_E_TYPE, "class %s: %s has %u arguments (%s), %u were given", class_of(o)->info.name, method, call_of(sig)->nargs, sig, n);
	return apply(proc, sig, o, args, to, ev);
}

int som_dispatch(som_ref o, const char *method, const som_value *args, uint32_t n, som_value *to, som_env *ev) {
	const char *sig = NULL;
	int code = need(o, ev);
	if (code != SOM_OK) return code;
	som_proc *proc = method ? find_signed(o, method, &sig, ev) : NULL;
	if (!proc) return method ? SOM_E_UNKNOWN : fail(ev, SOM_E_UNKNOWN, "a call without a method's name");
	return call_found(proc, sig, o, method, args, n, to, ev);
}

int som_invoke(som_ref o, const char *method, const som_value *args, uint32_t n, som_value *to, som_env *ev) {
	int code = need(o, ev);
	if (code != SOM_OK) return code;
	typedef int32_t dispatcher(som_ref, som_env *, const char *, const som_value *, uint32_t, som_value *);
	return ((dispatcher *)*word_at(front_of(class_of(o)), tok_dispatch))(o, ev, method, args, n, to);
}
