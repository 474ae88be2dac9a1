/* What programs replaced: output, errors, memory, the loader of classes. */
#define SOM_TestOn
#include <hello.h>

static char line[200];
static int put(char c)
{
	size_t n = strlen(line);
	if (n + 1 < sizeof line) line[n] = c;
	return 1;
}
static void flush(const char *what)
{
	printf("%s: %s\n", what, line);
	memset(line, 0, sizeof line);
}
static int blocks;
static void *take(size_t n) { return blocks++, malloc(n); }
static void *take_zeroed(size_t n, size_t size) { return blocks++, calloc(n, size); }
static void give(void *p)
{
	blocks -= p != NULL;
	free(p);
}
static void error(int code, string file, int at) { somPrintf("error %d, file %d, line %d", code, file != NULL, at > 0); }
static int load(string name, string file, string function, integer4 major, integer4 minor, somToken *handle)
{
	(void)handle;
	somPrintf("load %s of %s by %s %ld.%ld", name, file, function, (long)major, (long)minor);
	if (strcmp(name, "HelloAgain") != 0) return -1;
	HelloAgainNewClass(0, 0);
	return 0;
}
static string entry(void)
{
	static char name[] = "SOMInitModule";
	return name;
}
static void init(integer4 major, integer4 minor, string name) { somPrintf("init %ld %ld %d", (long)major, (long)minor, name == NULL); }

int main(void)
{
	SOMMalloc = take;
	SOMCalloc = take_zeroed;
	SOMFree = give;
	SOMOutCharRoutine = put;
	SOMError = error;
	SOMClassMgr *mgr = somEnvironmentNew();
	printf("the kernel's memory %d\n", blocks > 0);
	int before = blocks;
	SOMFree(SOMMalloc(4));
	printf("blocks %d\n", blocks - before);

	Hello *h = HelloNew();
	_somDumpSelf(h, 0);
	printf("the kernel's output %d\n", strstr(line, "Hello") != NULL);
	memset(line, 0, sizeof line);
	somLPrintf(1, "%d", 7);
	flush("level");
	SOM_Test(h == NULL);
	flush("test");
	SOM_WarnMsg("careful");
	SOM_Expect(h == NULL);
	SOM_TestC(h == NULL);
	SOM_Assert(h != NULL, 20121);
	SOM_Assert(h == NULL, 20121);
	flush("levels of 0");
	SOM_AssertLevel = SOM_WarnLevel = 1;
	SOM_TestC(h != NULL);
	flush("asserted");
	SOM_TestC(h == NULL);
	flush("warned");
	SOM_Assert(h == NULL, 20121);
	flush("error");
	Environment *ev = somGetGlobalEnvironment();
	printf("%d\n", somTestCls(NULL, _Hello, "here", 1) == NULL);
	flush("no object");
	SOM_Resolve(h, Hello, print)(h, ev);
	printf("%s %s\n", somExceptionId(ev), line);
	somExceptionFree(ev);

	SOMLoadModule = load;
	SOMClassInitFuncName = entry;
	printf("%d\n", somFindClass(somIdFromString("NoClass"), 1, 2) == NULL);
	flush("loader");
	printf("%d\n", _somFindClsInFile(mgr, somIdFromString("HelloAgain"), 0, 0, "again.dll") == _HelloAgain);
	flush("loader");
	somRegisterClassLibrary("linked", init);
	flush("library");
	somSetOutChar(NULL);
	somPrintf("done\n");
	_somFree(h);
	return 0;
}
