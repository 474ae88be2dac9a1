/* signature.c: what signatures tell of types: held against those of a typelib, and read where there is none. */
#include "inner.h"

#include <stdio.h>

/* ---- The text of a type, as docs/som.md has it ---- */

enum { MAX_SHAPE = 64, MAX_TYPES = 1024, MAX_PARTS = 4096, MAX_TEXT = 1 << 16 };

typedef struct text {
	char *s;
	size_t n;
	bool unknown; /* something is in it that is not written here: then nothing is compared */
	uint32_t parts, depth;
	const somh_type *around[SOMH_MAX_NESTING + 1];
} text;

static void add(text *t, const char *s, size_t n) {
	if (t->unknown || t->n + n >= MAX_TEXT) t->unknown = true;
	else memcpy(t->s + t->n, s, n), t->n += n;
}

static void say(text *t, const char *s) { add(t, s, strlen(s)); }

/* What is longer than a limit from a place on is told by a hash: 64 bits, FNV-1a. */
static void shorten(text *t, size_t from, size_t limit) {
	uint64_t h = 14695981039346656037u;
	char hash[24];
	if (t->unknown || t->n - from <= limit) return;
	for (size_t i = from; i < t->n; i++)
		h = (h ^ (uint8_t)t->s[i]) * 1099511628211u;
	t->n = from;
	snprintf(hash, sizeof hash, "#%016llx", (unsigned long long)h);
	say(t, hash);
}

static const char *const words[SOMH_KINDS] = {[SOMH_VOID] = "void", [SOMH_BOOLEAN] = "boolean", [SOMH_OCTET] = "octet", [SOMH_CHAR] = "char", [SOMH_WCHAR] = "wchar",
	[SOMH_INT8] = "int8", [SOMH_SHORT] = "short", [SOMH_USHORT] = "unsigned short", [SOMH_LONG] = "long", [SOMH_ULONG] = "unsigned long",
	[SOMH_LONGLONG] = "long long", [SOMH_ULONGLONG] = "unsigned long long", [SOMH_FLOAT] = "float", [SOMH_DOUBLE] = "double", [SOMH_STRING] = "string",
	[SOMH_WSTRING] = "wstring", [SOMH_ENUM] = "enum", [SOMH_MAKING] = "making"};

static void shape(text *t, const somh_type *of) {
	char number[32];
	size_t from;
	if (t->unknown || ++t->parts > MAX_PARTS || t->depth >= SOMH_MAX_NESTING) {
		t->unknown = true;
		return;
	}
	if (of->kind < SOMH_KINDS && words[of->kind]) return say(t, words[of->kind]);
	switch (of->kind) {
	case SOMH_OBJECT:
		from = t->n;
		say(t, !strcmp(of->name, "Object") ? "object" : of->name);
		return shorten(t, from, MAX_SHAPE);
	case SOMH_SEQUENCE:
		say(t, "<");
		t->depth++, shape(t, of->elem), t->depth--;
		return say(t, ">");
	case SOMH_ARRAY: { /* the outermost dimension first, behind the element */
		const somh_type *elem = of;
		while (elem->kind == SOMH_ARRAY) elem = elem->elem;
		t->depth++, shape(t, elem), t->depth--;
		for (; of->kind == SOMH_ARRAY; of = of->elem) {
			snprintf(number, sizeof number, "[%llu]", (unsigned long long)of->bound);
			say(t, number);
		}
		return;
	}
	case SOMH_STRUCT:
		for (uint32_t i = 0; i < t->depth; i++)
			if (t->around[i] == of) {
				t->unknown = true; /* ^n, which counts structures alone: sequences around it have no number */
				return;
			}
		t->around[t->depth++] = of;
		say(t, "{");
		from = t->n;
		for (uint32_t i = 0; i < of->nmembers; i++) {
			if (i) say(t, ",");
			shape(t, of->members[i].type);
		}
		t->depth--;
		shorten(t, from, MAX_SHAPE);
		return say(t, "}");
	}
	t->unknown = true; /* unions, whose labels are sorted; pointers, whose elements are not kept */
}

static void shape_in(text *t, const somh_type *of) {
	t->parts = t->depth = 0;
	shape(t, of);
}

bool same_types(const somh_method *m) {
	const char *told = strchr(m->sig, '/');
	static const char *const manners[] = {"oidl ", "init ", "procedure "};
	if (!told++) return true;
	for (size_t i = 0; i < COUNT(manners); i++)
		if (!strncmp(told, manners[i], strlen(manners[i]))) told += strlen(manners[i]);
	text t = {.s = malloc(MAX_TEXT)};
	if (!t.s) return false;
	shape_in(&t, m->result.type);
	say(&t, "(");
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (i) say(&t, ",");
		if (p->type->kind == SOMH_MAKING) t.unknown = true; /* it is inout there, or a pointer */
		say(&t, p->direction == SOMH_OUT ? "out " : p->direction == SOMH_INOUT ? "inout " : "");
		shape_in(&t, p->type);
	}
	say(&t, ")");
	shorten(&t, 0, MAX_TYPES);
	bool same = t.unknown || (strcspn(told, "!") == t.n && !memcmp(told, t.s, t.n));
	free(t.s);
	return same;
}

bool same_members(const char *sig, const somh_type *e) {
	enum { MAX_MEMBERS = 256, MAX_ID = 128 }; /* what is longer is told by hashes, and not compared here */
	size_t id = strlen(e->id);
	if (!strchr(sig, '/') || id > MAX_ID || strpbrk(e->id, "!{")) return true;
	const char *at = sig;
	while ((at = strchr(at, '!')) && (strncmp(++at, e->id, id) || at[id] != '{')) {}
	if (!at) return !strchr(sig, '!') || strstr(sig, "!{#"); /* one that the method does not say it raises */
	text t = {.s = malloc(MAX_TEXT)};
	if (!t.s) return false;
	for (uint32_t i = 0; i < e->nmembers; i++) {
		shape_in(&t, e->members[i].type);
		say(&t, ";");
	}
	at += id + 1;
	bool same = t.unknown || t.n >= MAX_MEMBERS || (strcspn(at, "!") == t.n && !memcmp(at, t.s, t.n));
	free(t.s);
	return same;
}

/* The signature of the implementation that a class has; of one that was made here, which hands on what is raised above it, that of what stands above. */
static const char *implementation_of(const somh_class *c, const char *qualified) {
	som_found f = {.size_of = sizeof f};
	for (uint32_t i = 0; c && i < c->norder; i++)
		if (!c->order[i]->made_by) return som_lookup(c->order[i]->cls, qualified, &f, NULL) == SOM_OK ? f.own : NULL;
	return NULL;
}

uint32_t somh_raised(const somh_method *m, som_ref o, const somh_type *e) {
	char qualified[2 * MAX_NAME];
	const somh_class *c = somh_describe(som_class_of(o), NULL);
	snprintf(qualified, sizeof qualified, "%s::%s", m->cls->name, m->name);
	const char *at = implementation_of(c, qualified);
	size_t id = strlen(e->id);
	while (at && (at = strchr(at, '!')) && (strncmp(++at, e->id, id) || at[id] != '{')) {}
	if (!at) return e->nmembers;
	uint32_t n = 0;
	for (at += id + 1; *at && *at != '!'; at++)
		n += *at == ';';
	return n < e->nmembers ? n : e->nmembers;
}

/* ---- Types from signatures alone ---- */

static const somh_type *type_of_word(const char *s, size_t n) {
	for (uint32_t k = 0; k < SOMH_KINDS; k++)
		if (words[k] && strlen(words[k]) == n && !memcmp(words[k], s, n)) return plain_type(k == SOMH_ENUM ? SOMH_ULONG : k);
	if (n && n < MAX_NAME && s[n - 1] == '*') return plain_type(SOMH_POINTER);
	return NULL;
}

static const somh_type *type_of_letter(char letter) {
	static const char all[] = "vbchHiIlLfdso";
	static const uint8_t kinds[] = {SOMH_VOID, SOMH_OCTET, SOMH_CHAR, SOMH_SHORT, SOMH_USHORT, SOMH_LONG, SOMH_ULONG, SOMH_LONGLONG, SOMH_ULONGLONG, SOMH_FLOAT, SOMH_DOUBLE,
		SOMH_STRING, SOMH_OBJECT};
	const char *at = strchr(all, letter);
	return at && letter ? plain_type(kinds[at - all]) : NULL;
}

/* Where a type of a list ends: at a comma or the parenthesis that stand in no other brackets. */
static size_t until(const char *s) {
	size_t n = 0;
	for (int depth = 0; s[n] && (depth > 0 || (s[n] != ',' && s[n] != ')' && s[n] != '(')); n++)
		depth += (s[n] == '{' || s[n] == '<' || s[n] == '(') - (s[n] == '}' || s[n] == '>' || s[n] == ')');
	return n;
}

/* What a word and a letter agree on; NULL where one needs the typelib. */
static const somh_type *agreed(const char *word, size_t n, char letter) {
	const somh_type *of_letter = type_of_letter(letter), *of_word = word ? type_of_word(word, n) : NULL;
	if (!word || n == 0) return of_letter;
	if (letter == 'o' && n == 6 && !memcmp(word, "object", 6)) return object_type("Object", 6); /* IDL's own, of any class */
	if (letter == 'o') return object_type(word, n);
	if (of_word) return of_word->letter == letter ? of_word : NULL;
	return of_letter;
}

void tell_by_signature(somh_method *m) {
	const char *told = strchr(m->sig, '/'), *open;
	somh_param *params = keep((m->nargs + 1) * sizeof *params);
	m->why = "its signature does not tell all of its types, and its class library has no type information of it";
	if (!params) return;
	if (told) {
		open = strchr(told, '(');
		told = open;
		while (told && told[-1] != '/' && told[-1] != ' ') told--;
		if (open && open[-1] != '/') { /* of two words: "unsigned long(" */
			const char *start = strchr(m->sig, '/') + 1;
			static const char *const manners[] = {"oidl ", "init ", "procedure "};
			for (size_t i = 0; i < COUNT(manners); i++)
				if (!strncmp(start, manners[i], strlen(manners[i]))) start += strlen(manners[i]);
			told = start;
		}
	}
	size_t n = told ? until(told) : 0;
	if (told && told[n] != '(') told = NULL; /* a hash */
	const somh_type *result = agreed(told, n, m->sig[0]);
	if (!result) return;
	m->result.type = result;
	if (told) told += n + 1;
	for (uint32_t i = 0; i < m->nargs; i++) {
		const somh_type *t;
		uint8_t direction = SOMH_IN;
		n = told ? until(told) : 0;
		if (told && n > 4 && !strncmp(told, "out ", 4)) direction = SOMH_OUT, told += 4, n -= 4;
		else if (told && n > 6 && !strncmp(told, "inout ", 6)) direction = SOMH_INOUT, told += 6, n -= 6;
		if (direction == SOMH_IN) t = agreed(told, n, m->sig[2 + i]);
		else t = m->sig[2 + i] == 'p' ? type_of_word(told, n) : NULL;
		if (!t || t->kind == SOMH_VOID) return;
		if (t->kind == SOMH_MAKING) direction = SOMH_IN;
		params[i] = (somh_param){.name = "", .type = t, .direction = direction, .nullable = 0, .slot = (uint8_t)i};
		if (told) told += n, told += *told == ',';
	}
	m->params = params;
	m->nparams = m->nargs;
	m->result.slot = (uint8_t)m->nparams;
	m->why = NULL;
}
