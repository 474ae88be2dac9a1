/* TypeCodes with a name stay, whatever copies and ends them, in this program and in a library of its own (staying.c). argv: a reference of an object whose echo returns its any twice. */
#include <somd.h>
#include <stdio.h>

any made_elsewhere(int32_t n);
TypeCode long_elsewhere(void);

static void good(const char *what, som_env *ev) {
	static int n;
	int kind = (int)TypeCode_kind(TC_long, ev), text = (int)TypeCode_kind(TC_string, ev);
	if (ev->major != SOM_NO_EXCEPTION || kind != tk_long || text != tk_string) {
		printf("%s, %d: TC_long is of kind %d, TC_string of %d: %s %s\n", what, n, kind, text, ev->id ? ev->id : "", ev->text ? ev->text : "");
		exit(1);
	}
	n++;
}

int main(int argc, char **argv) {
	som_env ev = {0};
	int32_t n = 7;
	SOMD_Init(&ev);
	if (argc != 2 || ev.major) return 2;
	printf("one in the process: %d\n", TC_long == long_elsewhere());
	for (int i = 0; i < 5; i++) {
		any a = any_of(&ev, TC_long, &n);
		SOMD_FreeType(&ev, &a, TC_any), good("an any is ended", &ev);

		TypeCode anys = TypeCodeNew(tk_sequence, TC_any, 0L);
		struct { uint32_t _maximum, _length; any *_buffer; } s = {1, 1, som_allocate(sizeof(any))};
		s._buffer[0] = any_of(&ev, TC_long, &n);
		SOMD_FreeType(&ev, &s, anys), good("a sequence is ended", &ev);
		TypeCode_free(anys, &ev);

		TypeCode t = TypeCode_copy(TC_long, &ev);
		SOMD_FreeType(&ev, &t, TC_TypeCode), good("a TypeCode is ended", &ev);
		t = TC_string;
		a = any_of(&ev, TC_TypeCode, &t), any_clear(&a, &ev), good("a TypeCode in an any", &ev);

		a = made_elsewhere(i), any_clear(&a, &ev), good("one of a library's", &ev);
		any b = made_elsewhere(i);
		a = any_copy(&b, &ev), SOMD_FreeType(&ev, &b, TC_any), any_clear(&a, &ev), good("a copy of that", &ev);
		TypeCode_free(long_elsewhere(), &ev), good("a library's TypeCode is freed", &ev);

		som_ref o = ORB_string_to_object(SOMD_ORBObject, &ev, argv[1]), args, q;
		NamedValue r = {NULL, {TC_any, NULL}, 0, 0};
		ORB_create_list(SOMD_ORBObject, &ev, 0, &args);
		a = any_of(&ev, TC_long, &n);
		NVList_add_item(args, &ev, "a", TC_any, &a, 0, ARG_INOUT);
		SOMDObject_create_request(o, &ev, NULL, "echo", args, &r, &q, 0);
		Request_invoke(q, &ev, 0), good("inout", &ev);
		if (TypeCode_kind(a._type, &ev) != tk_long || *(int32_t *)a._value != n) printf("inout: another value\n");
		Request_destroy(q, &ev), NVList_free(args, &ev), any_clear(&a, &ev), any_clear(&r.argument, &ev), som_release(o);
		good("all is ended", &ev);
	}
	TypeCode made = TypeCodeNew(tk_sequence, TC_long, 0L); /* others are counted */
	any a = any_of(&ev, TC_TypeCode, &made);
	TypeCode_free(made, &ev), any_clear(&a, &ev), TypeCode_free(NULL, &ev);
	som_class *all = som_class_registered("SOMDTypeCode", &ev);
	for (int i = 0; i < 1000; i++) {
		made = TypeCodeNew(tk_string, 3L);
		a = any_of(&ev, TC_TypeCode, &made), any_clear(&a, &ev), TypeCode_free(made, &ev);
	}
	good("others end", &ev);
	printf("few are left: %d\n", som_class_instances(all) < 20);
	SOMD_Uninit(&ev);
	good("after SOMD_Uninit", &ev);
	return 0;
}
