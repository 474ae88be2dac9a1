/* The program with which books begin, and what else one does to an object. */
#include <hello.h>

int main(void)
{
	Environment *ev = somGetGlobalEnvironment();
	somEnvironmentNew();
	Hello *h = HelloNew();
	char text[] = "Hello, world!";
	_print(h, ev);
	if (ev->_major == USER_EXCEPTION) somPrintf("raised %s, line %ld\n", somExceptionId(ev), (long)((Hello_Empty *)somExceptionValue(ev))->line);
	somExceptionFree(ev);
	__set_message(h, ev, text);
	_print(h, ev);
	Hello_print(h, ev);
	SOM_Resolve(h, Hello, print)(h, ev);
	lookup_print(h, ev);
	Hello_lookup_print(h, ev);
	somPrintf("%s\n", Hello__get_message(h, ev));
	_somPrintSelf(h);

	/* A class of which a program knows but the name. */
	somId id = somIdFromString("HelloAgain"), method = somIdFromString("print");
	HelloAgainNewClass(0, 0);
	SOMClass *c = somFindClass(id, 0, 0);
	SOMObject *o = _somNew(c);
	somMethodPtr print = _somLookupMethod(c, method);
	__set_message(o, ev, text);
	((void (*)(SOMObject *, Environment *))print)(o, ev);
	((somTD_Hello_print)somResolve(o, HelloClassData.print))(o, ev);
	((somTD_Hello_print)somParentNumResolve(HelloAgainCClassData.parentMtab, 1, HelloClassData.print))(o, ev);
	SOM_ParentNumResolve(Hello, 1, HelloAgainCClassData.parentMtab, print)(o, ev);

	/* In memory of the program's own. */
	long words[32];
	SOM_Test((size_t)_somGetInstanceSize(c) <= sizeof words);
	HelloAgain *placed = HelloAgainRenew(words);
	somPrintf("%d ", (void *)placed == (void *)words);
	__set_message(placed, ev, text);
	_print(placed, ev);
	_somDestruct(placed, 0, NULL);

	sequence(SOMClass) parents = _somGetParents(c);
	somPrintf("%lu parent, %s, %d\n", (unsigned long)sequenceLength(parents), _somGetName(sequenceElement(parents, 0)), _somGetParent(c) == _Hello);
	somPrintf("methods %d, data %d\n", _somGetNumMethods(c) == _somGetNumStaticMethods(c), _somGetInstancePartSize(c) == 0);
	SOM_TraceLevel = 1;
	_print(h, ev);
	_somFree(o);
	_somFree(h);
	somEnvironmentEnd();
	return 0;
}
