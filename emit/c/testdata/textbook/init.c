#define Bottom_Class_Source
#include <init.ih>

SOM_Scope void SOMLINK top_somDefaultInit(Top *somSelf, somInitCtrl *ctrl)
{
	TopData *somThis;
	somInitCtrl globalCtrl;
	somBooleanVector myMask;
	Top_BeginInitializer_somDefaultInit;
	Top_Init_SOMObject_somDefaultInit(somSelf, ctrl);
	somPrintf("Top ");
}
SOM_Scope void SOMLINK top_somDestruct(Top *somSelf, octet doFree, somDestructCtrl *ctrl)
{
	TopData *somThis;
	somDestructCtrl globalCtrl;
	somBooleanVector myMask;
	Top_BeginDestructor;
	somPrintf("~Top ");
	Top_EndDestructor;
}
SOM_Scope void SOMLINK west_somDefaultInit(West *somSelf, somInitCtrl *ctrl)
{
	WestData *somThis;
	somInitCtrl globalCtrl;
	somBooleanVector myMask;
	West_BeginInitializer_somDefaultInit;
	West_Init_Top_somDefaultInit(somSelf, ctrl);
	_size = 1;
	somPrintf("West ");
}
SOM_Scope void SOMLINK west_West_withSize(West *somSelf, Environment *ev, somInitCtrl *ctrl, long size)
{
	WestData *somThis;
	somInitCtrl globalCtrl;
	somBooleanVector myMask;
	(void)ev;
	West_BeginInitializer_West_withSize;
	West_Init_Top_somDefaultInit(somSelf, ctrl);
	_size = (integer4)size;
	somPrintf("West(%ld) ", size);
}
SOM_Scope void SOMLINK west_somDestruct(West *somSelf, octet doFree, somDestructCtrl *ctrl)
{
	WestData *somThis;
	somDestructCtrl globalCtrl;
	somBooleanVector myMask;
	West_BeginDestructor;
	somPrintf("~West ");
	West_EndDestructor;
}
SOM_Scope void SOMLINK east_somDefaultInit(East *somSelf, somInitCtrl *ctrl)
{
	EastData *somThis;
	somInitCtrl globalCtrl;
	somBooleanVector myMask;
	East_BeginInitializer_somDefaultInit;
	East_Init_Top_somDefaultInit(somSelf, ctrl);
	somPrintf("East ");
}
SOM_Scope void SOMLINK east_somDestruct(East *somSelf, octet doFree, somDestructCtrl *ctrl)
{
	EastData *somThis;
	somDestructCtrl globalCtrl;
	somBooleanVector myMask;
	East_BeginDestructor;
	somPrintf("~East ");
	East_EndDestructor;
}
SOM_Scope void SOMLINK legacy_somInit(Legacy *somSelf)
{
	Legacy_parent_SOMObject_somInit(somSelf);
	somPrintf("Legacy ");
}
SOM_Scope void SOMLINK legacy_somUninit(Legacy *somSelf)
{
	somPrintf("~Legacy ");
	Legacy_parent_SOMObject_somUninit(somSelf);
}
SOM_Scope void SOMLINK bottom_somDefaultInit(Bottom *somSelf, somInitCtrl *ctrl)
{
	BottomData *somThis;
	somInitCtrl globalCtrl;
	somBooleanVector myMask;
	Bottom_BeginInitializer_somDefaultInit;
	Bottom_Init_West_somDefaultInit(somSelf, ctrl);
	Bottom_Init_East_somDefaultInit(somSelf, ctrl);
	somPrintf("Bottom ");
}
SOM_Scope void SOMLINK bottom_Bottom_withName(Bottom *somSelf, Environment *ev, somInitCtrl *ctrl, string name)
{
	BottomData *somThis;
	somInitCtrl globalCtrl;
	somBooleanVector myMask;
	Bottom_BeginInitializer_Bottom_withName;
	Bottom_Init_West_West_withSize(somSelf, ev, ctrl, 42);
	Bottom_Init_East_somDefaultInit(somSelf, ctrl);
	somPrintf("Bottom(%s) ", name);
}
SOM_Scope void SOMLINK bottom_somDestruct(Bottom *somSelf, octet doFree, somDestructCtrl *ctrl)
{
	BottomData *somThis;
	somDestructCtrl globalCtrl;
	somBooleanVector myMask;
	Bottom_BeginDestructor;
	somPrintf("~Bottom ");
	Bottom_EndDestructor;
}
