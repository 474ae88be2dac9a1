/* traced.c: SOMMTraced: each call of an instance's methods is told, with its arguments and results. */
#include "meta.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

known traced;

enum { LINE = 4096, SHOWN = 200 }; /* octets of a line, and of a string in it */

typedef struct trace { /* a class's data */
	som_turn turn; /* one line at a time */
	void (*to)(const char *line, void *context);
	void *context;
	uint8_t on; /* atomic */
} trace;

static trace *trace_of(som_ref c) { return som_data(c, traced.c.data); }

int som_trace(som_class *c, void (*to)(const char *line, void *context), void *context, som_env *ev) {
	if (!c || !traced.c.cls || !has(c, &traced)) return refuse(ev, SOM_E_TYPE, "BAD_PARAM", "class %s: its metaclass is no SOMMTraced", name_of(c));
	trace *t = trace_of(&c->object);
	const bool others = som_turn_take(&t->turn, NULL) == SOM_OK; /* else what tells a line calls this, or waits for it */
	data_lock(t);
	__atomic_store_n(&t->to, NULL, __ATOMIC_RELEASE); /* a fork finds no context that is another's */
	__atomic_store_n(&t->context, context, __ATOMIC_RELEASE);
	__atomic_store_n(&t->to, to, __ATOMIC_RELEASE);
	data_unlock(t);
	if (others) som_turn_give(&t->turn);
	__atomic_store_n(&t->on, to != NULL, __ATOMIC_RELEASE);
	return SOM_OK;
}

/* ---- The variable SOMM_TRACED ---- */

/* Whether it is there, and is empty or has the name in its list. */
static bool is_asked_for(const char *name) {
	static const char between[] = " ,";
	const char *list = getenv("SOMM_TRACED");
	if (!list) return false;
	list += strspn(list, between);
	if (!*list) return true;
	for (size_t n; *list; list += n + strspn(list + n, between)) {
		n = strcspn(list, between);
		if (n == strlen(name) && !strncmp(list, name, n)) return true;
	}
	return false;
}

static void print(const char *line, void *context) { (void)context, puts(line); }

static void ready(som_ref c, som_env *ev) {
	next_ready(&traced, c, ev);
	if (ev->major == SOM_NO_EXCEPTION && is_asked_for(info((som_class *)c)->name)) som_trace((som_class *)c, print, NULL, ev);
}

/* ---- Lines ---- */

typedef struct line {
	size_t n;
	char text[LINE];
} line;

static void say(line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(line *l, const char *format, ...) {
	va_list ap;
	va_start(ap, format);
	int n = vsnprintf(l->text + l->n, LINE - l->n, format, ap);
	va_end(ap);
	l->n = n < 0 ? l->n : (size_t)n < LINE - l->n ? l->n + (size_t)n : LINE - 1;
}

static void say_value(line *l, char letter, const som_value *v) {
	switch (letter) {
	case 'v': break;
	case 'b': case 'c': say(l, "%u", v->b); break;
	case 'h': say(l, "%d", v->h); break;
	case 'H': say(l, "%u", v->H); break;
	case 'i': say(l, "%ld", (long)v->i); break;
	case 'I': say(l, "%lu", (unsigned long)v->u); break;
	case 'l': say(l, "%lld", (long long)v->l); break;
	case 'L': say(l, "%llu", (unsigned long long)v->L); break;
	case 'f': say(l, "%g", (double)v->f); break;
	case 'd': say(l, "%g", v->d); break;
	case 's': say(l, "%.*s%s", SHOWN, v->s ? v->s : "nil", v->s && strlen(v->s) > SHOWN ? "…" : ""); break;
	case 'o': say(l, "%s%s", v->o ? "a " : "nil", v->o ? info(som_class_of(v->o))->name : ""); break;
	default: say(l, "%p", v->p);
	}
}

static void tell(som_call *call, const line *l) {
	trace *t = trace_of(&call->cls->object);
	if (som_turn_take(&t->turn, NULL) != SOM_OK) return; /* a call that is part of telling another */
	data_lock(t);
	void (*to)(const char *line, void *context) = t->to;
	void *context = t->context;
	data_unlock(t);
	if (to) to(l->text, context);
	som_turn_give(&t->turn);
}

static bool is_on(const som_call *call) { return __atomic_load_n(&trace_of(&call->cls->object)->on, __ATOMIC_ACQUIRE); }

/* The arguments of an object's beginning and end are the kernel's. */
static uint8_t before(som_ref c, som_env *ev, som_call *call) {
	line l = {.n = 0};
	(void)c, (void)ev;
	if (!is_on(call)) return 1;
	say(&l, "a %s.%s(", info(call->cls)->name, call->method);
	for (uint32_t i = 0; i < call->nargs && !call->life; i++) {
		say(&l, "%s", i ? ", " : "");
		say_value(&l, call->sig[2 + i], &call->args[i]);
	}
	say(&l, ")");
	tell(call, &l);
	return 1;
}

static void after(som_ref c, som_env *ev, som_call *call) {
	line l = {.n = 0};
	(void)c, (void)ev;
	if (!is_on(call)) return;
	say(&l, "a %s.%s: ", info(call->cls)->name, call->method);
	if (call->ev->major == SOM_NO_EXCEPTION)
		say_value(&l, call->sig[0], call->result);
	else
		say(&l, "error %s", call->ev->text ? call->ev->text : call->ev->id ? call->ev->id : "");
	tell(call, &l);
}

static void set_on(som_ref c, som_env *ev, uint8_t on) { (void)ev, __atomic_store_n(&trace_of(c)->on, on != 0, __ATOMIC_RELEASE); }
static uint8_t get_on(som_ref c, som_env *ev) { return (void)ev, __atomic_load_n(&trace_of(c)->on, __ATOMIC_ACQUIRE); }

static const char *const parents[] = {"SOMMBeforeAfter"};
static const som_method methods[] = {METHOD("_set_sommTraceIsOn", "v:b", set_on), METHOD("_get_sommTraceIsOn", "b:", get_on)};
static const som_override overrides[] = {{"sommBeforeMethod", (som_proc *)before, NULL}, {"sommAfterMethod", (som_proc *)after, NULL},
	{"somClassReady", (som_proc *)ready, NULL}};

const som_class_desc traced_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMTraced", .major = 2, .minor = 2,
	.parents = parents, .nparents = 1,
	.introduces = methods, .nintroduces = COUNT(methods), .method_size = sizeof(som_method), .overrides = overrides,
	.noverrides = COUNT(overrides), .override_size = sizeof(som_override),
	.data_size = sizeof(trace), .data_align = _Alignof(trace)};
