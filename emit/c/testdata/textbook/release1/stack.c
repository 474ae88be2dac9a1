#define Stack_Class_Source
#include <stack.ih>
SOM_Scope void SOMLINK stack_push(Stack *somSelf, Environment *ev, long n)
{
	StackData *somThis = StackGetData(somSelf);
	(void)ev;
	if (_top < 8) _slots[_top++] = (integer4)n;
}
SOM_Scope long SOMLINK stack_pop(Stack *somSelf, Environment *ev)
{
	StackData *somThis = StackGetData(somSelf);
	(void)ev;
	return _top > 0 ? _slots[--_top] : -1;
}
SOM_Scope long SOMLINK stack_size(Stack *somSelf, Environment *ev)
{
	StackData *somThis = StackGetData(somSelf);
	(void)ev;
	return _top;
}
