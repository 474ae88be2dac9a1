# A class in Tcl below one in Lua.
package require dsom
dsom::load LuaMiddle
oo::class create LuaAndTcl {
    superclass LuaMiddle
    method speak n { expr {[next $n] + 10000} }
}
dsom::register LuaAndTcl
