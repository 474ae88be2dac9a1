/* A client in C that calls methods of proxies as it is told: argv[1] is the reference of a SOMDServer, a line of the input the name of a method. It says
 * when there is a proxy, waits for a line, calls, says what came and whether the proxy has ended, and waits for a line again. */
#include <somd.h>

#include <stdio.h>

static const char *class_name(som_ref c) { return c ? som_class_describe((som_class *)c)->name : "NULL"; }

static void owned_class(som_ref c) {
	printf("%s", class_name(c));
	som_release(c);
}

static void text(char *owned) {
	printf("%s", owned ? owned : "NULL");
	som_deallocate(owned);
}

#ifdef CALL_CXX
int call_cxx(som_ref o, const char *name); /* 0 where C++ has no such method */
#endif

static void call(som_ref o, const char *name, som_env *ev) {
#ifdef CALL_CXX
	if (call_cxx(o, name)) {
		fflush(stdout);
		return;
	}
	fprintf(stderr, "%s\n", name);
#endif
	som_class *proxy = SOMDClientProxy_class(ev);
	som_value word[1] = {{.s = "x"}}, got;
	som_ref same = NULL;
#define IS(m) else if (!strcmp(name, #m))
	if (!strcmp(name, "somFree")) SOMObject_somFree(o, ev);
	IS(somGetClassName) printf("%s", SOMObject_somGetClassName(o, ev) == SOMObject_somGetClassName(o, ev) ? SOMObject_somGetClassName(o, ev) : "twice");
	IS(somGetClass) printf("%s", class_name((som_ref)SOMObject_somGetClass(o, ev)));
	IS(somPrintSelf) same = SOMObject_somPrintSelf(o, ev) == o ? NULL : o;
	IS(somDumpSelf) SOMObject_somDumpSelf(o, ev, 0);
	IS(somDumpSelfInt) SOMObject_somDumpSelfInt(o, ev, 0), printf("\n");
	IS(somIsA) printf("%d", SOMObject_somIsA(o, ev, (void *)proxy));
	IS(somIsInstanceOf) printf("%d", SOMObject_somIsInstanceOf(o, ev, (void *)proxy));
	IS(somRespondsTo) printf("%d", SOMObject_somRespondsTo(o, ev, "speak"));
	IS(somGetSize) printf("%d", SOMObject_somGetSize(o, ev) > 0);
	IS(somDispatch) som_dispatch(o, "is_proxy", NULL, 0, &got, ev);
	IS(somClassDispatch) som_dispatch(o, "is_proxy", NULL, 0, &got, ev);
	IS(somCastObj) printf("%d", SOMObject_somCastObj(o, ev, (void *)proxy)), SOMObject_somResetObj(o, ev);
	IS(somResetObj) printf("%d", SOMObject_somResetObj(o, ev));
	IS(somdTargetFree) SOMDClientProxy_somdTargetFree(o, ev);
	IS(somdTargetGetClass) owned_class(SOMDClientProxy_somdTargetGetClass(o, ev));
	IS(somdTargetGetClassName) text(SOMDClientProxy_somdTargetGetClassName(o, ev));
	IS(somdProxyFree) SOMDClientProxy_somdProxyFree(o, ev);
	IS(somdProxyGetClass) owned_class(SOMDClientProxy_somdProxyGetClass(o, ev));
	IS(somdProxyGetClassName) text(SOMDClientProxy_somdProxyGetClassName(o, ev));
	IS(somdReleaseResources) SOMDClientProxy_somdReleaseResources(o, ev);
	IS(is_proxy) printf("%d", SOMDObject_is_proxy(o, ev));
	IS(is_nil) printf("%d", SOMDObject_is_nil(o, ev));
	IS(is_SOM_ref) printf("%d", SOMDObject_is_SOM_ref(o, ev));
	IS(is_constant) printf("%d", SOMDObject_is_constant(o, ev));
	IS(duplicate) same = SOMDObject_duplicate(o, ev), som_release(same), same = same == o ? NULL : o;
	IS(release) SOMDObject_release(o, ev);
	IS(_get_type_id) printf("%s", SOMDObject_get_type_id(o, ev));
	IS(speak) {
		som_invoke(o, name, word, 1, &got, ev);
		if (ev->major == SOM_NO_EXCEPTION) text((char *)got.p);
	}
	else printf("is not known here");
	if (same) printf("another object");
}

int main(int argc, char **argv) {
	som_env ev = {0};
	char line[100];
	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 1000);
	SOMD_Init(&ev);
	som_ref server = ORB_string_to_object(SOMD_ORBObject, &ev, argv[1]);
	while (ev.major == SOM_NO_EXCEPTION && fgets(line, sizeof line, stdin)) {
		char name[100];
		snprintf(name, strcspn(line, "\n") + 1, "%s", line);
		som_ref o = SOMDServer_somdCreateObj(server, &ev, "Pets::Cat", "");
		if (!o) break;
		som_weak *there = som_weak_new(o, &ev);
		printf("made\n");
		if (!fgets(line, sizeof line, stdin)) break;
		call(o, name, &ev);
		if (ev.major != SOM_NO_EXCEPTION) printf("raised %s %s", ev.id, ev.text ? ev.text : "");
		som_env_clear(&ev);
		som_ref still = som_weak_get(there);
		printf("\n%s\n", still ? "lives" : "ended");
		if (!fgets(line, sizeof line, stdin)) break;
		som_release(still);
		if (still) som_release(o);
		som_weak_free(there);
	}
	if (ev.major != SOM_NO_EXCEPTION) printf("raised %s %s\n", ev.id, ev.text ? ev.text : "");
	som_release(server);
	SOMD_Uninit(&ev);
	return 0;
}
