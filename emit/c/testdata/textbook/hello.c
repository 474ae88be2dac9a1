#define Hello_Class_Source
#include <hello.ih>

SOM_Scope void SOMLINK hello_print(Hello *somSelf, Environment *ev)
{
	HelloData *somThis = HelloGetData(somSelf);
	HelloMethodDebug("Hello", "print");
	if (!_message) {
		Hello_Empty_raise(ev, 7);
		return;
	}
	_printed++;
	somPrintf("%s, %ld\n", _message, (long)_printed);
}

SOM_Scope short SOMLINK hello_add(Hello *somSelf, Environment *ev, short a, float b, double c, char d, boolean e, octet f, long g, string h, Hello *other)
{
	(void)somSelf, (void)ev;
	return (short)(a + (short)b + (short)c + d + e + f + (short)g + (short)strlen(h) + (other != NULL));
}

SOM_Scope void SOMLINK hello_somDefaultInit(Hello *somSelf, somInitCtrl *ctrl)
{
	HelloData *somThis;
	somInitCtrl globalCtrl;
	somBooleanVector myMask;
	HelloMethodDebug("Hello", "somDefaultInit");
	Hello_BeginInitializer_somDefaultInit;
	Hello_Init_SOMObject_somDefaultInit(somSelf, ctrl);
	_printed = 0;
}

SOM_Scope void SOMLINK hello_somDestruct(Hello *somSelf, octet doFree, somDestructCtrl *ctrl)
{
	HelloData *somThis;
	somDestructCtrl globalCtrl;
	somBooleanVector myMask;
	HelloMethodDebug("Hello", "somDestruct");
	Hello_BeginDestructor;
	Hello_EndDestructor;
}

SOM_Scope SOMObject *SOMLINK hello_somPrintSelf(Hello *somSelf)
{
	somPrintf("a %s\n", _somGetClassName(somSelf));
	return somSelf;
}

SOM_Scope void SOMLINK again_print(HelloAgain *somSelf, Environment *ev)
{
	somPrintf("again: ");
	HelloAgain_parent_Hello_print(somSelf, ev);
}

SOM_Scope short SOMLINK again_add(HelloAgain *somSelf, Environment *ev, short a, float b, double c, char d, boolean e, octet f, long g, string h, Hello *other)
{
	return (short)(1000 + HelloAgain_parent_Hello_add(somSelf, ev, a, b, c, (char)d, e, f, (int32_t)g, h, other));
}
