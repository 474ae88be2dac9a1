/* IBM's functions, one after the other. */
#include <stack.h>

static void environments(void)
{
	Environment ev;
	SOM_InitEnvironment(&ev);
	StExcep *params = (StExcep *)SOMCalloc(1, sizeof *params);
	params->minor = 7;
	params->completed = MAYBE;
	somSetException(&ev, SYSTEM_EXCEPTION, "IDL:omg.org/CORBA/NO_MEMORY:1.0", params);
	somPrintf("%d %s %u %u\n", ev._major == SYSTEM_EXCEPTION, somExceptionId(&ev), ev.minor, ev.completed);
	somSetException(&ev, USER_EXCEPTION, "IDL:Full:1.0", strcpy((char *)SOMMalloc(4), "yes"));
	somPrintf("%d %s %s\n", ev._major == USER_EXCEPTION, somExceptionId(&ev), (char *)somExceptionValue(&ev));
	somExceptionFree(&ev);
	somPrintf("%d %d\n", ev._major == NO_EXCEPTION, somExceptionId(&ev) == NULL);
	SOM_UninitEnvironment(&ev);
	Environment *made = SOM_CreateLocalEnvironment();
	SOM_DestroyLocalEnvironment(made);
}

static void ids(void)
{
	char text_[] = "push";
	string text = text_;
	somId a = somIdFromString("push"), b = &text;
	somPrintf("%d %d %d %s\n", somCompareIds(a, somCheckId(b)), somUniqueKey(a) == somUniqueKey(b), somRegisterId(a), somStringFromId(a));
	somPrintf("%s %d %d\n", _somGetMethodDescriptor(_Stack, a), _somSupportsMethod(_Stack, a), _somRespondsTo(_Stack, a));
	somMethodPtr push = NULL;
	somPrintf("%d ", _somFindMethod(_Stack, a, &push));
	somPrintf("%d\n", push == somClassResolve(_Stack, StackClassData.push));
	SOMFree(*a);
	SOMFree(a);
}

static void ignored(int code, string file, int line)
{
	somPrintf("error %d, %d\n", code % 10 == SOM_Ignore, file && line > 0);
}

int main(void)
{
	Environment *ev = somGetGlobalEnvironment();
	SOMClassMgr *mgr = somMainProgram();
	Stack *s = StackNew();
	long major = 0, minor = 0;
	_somGetVersionNumbers(_Stack, &major, &minor);
	somPrintf("%s %ld.%ld %d.%d, parts %ld, is %d %d %d, of SOMClass %d\n", _somGetName(_Stack), major, minor, Stack_MajorVersion, Stack_MinorVersion, _somGetInstancePartSize(_Stack),
		_somIsA(s, _Stack), _somIsInstanceOf(s, _SOMObject), somIsObj(s), _somIsA(SOM_GetClass(s), _SOMClass));
	lookup_push(s, ev, 3);
	((somTD_Stack_push)somResolve(s, StackClassData.push))(s, ev, 4);
	somLPrintf(2, "%ld\n", (long)Stack_size(s, ev));
	SOM_Assert(_size(s, ev) == 2, 20019);
	SOM_Test(_somGetSize(s) == _somGetInstanceSize(_Stack));
	SOM_WarnLevel = 1;
	SOM_Expect(_size(s, ev) == 3);
	environments();
	ids();
	somPrintf("%d %d\n", SOM_SubstituteClass(Stack, NoSuchClass) != 0, _somFindClsInFile(mgr, somIdFromString("Queue"), 0, 0, "no such file") == NULL);
	somPrintf("%d %d %d, raised %d\n", somResolveByName(s, "pull") == NULL, _somCastObj(s, _SOMClass), _somUnloadClassFile(mgr, _Stack) != 0, (int)ev->_major);
	SOMError = ignored;
	_somEndPersistentClasses(mgr);
	somPrintf("raised %d\n", (int)ev->_major);
	_somFree(s);
	somEnvironmentEnd();
	return 0;
}
