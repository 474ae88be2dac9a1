rockspec_format = "3.0"
package = "dsom"
version = "1.0-1"
source = { url = "git+https://github.com/opendsom/dsom", tag = "v1.0" }
description = {
   summary = "Classes of SOM, in C, C++ or Go, as classes of Lua",
   detailed = "A class is loaded by its name, used, and subclassed in Lua; C++ calls what it overrides. There is no generated code.",
   homepage = "https://github.com/opendsom/dsom",
   license = "Apache-2.0",
}
supported_platforms = { "unix" }
dependencies = { "lua >= 5.1, < 5.5" } -- LuaJIT, and 5.4: not 5.1, 5.2 and 5.3
build = {
   type = "make",
   build_variables = { LUA = "$(LUA)", LUA_INC = "-I$(LUA_INCDIR)", CFLAGS = "$(CFLAGS)" },
   install_variables = { LUADIR = "$(LUADIR)", LIBDIR = "$(LIBDIR)", LUA_INC = "-I$(LUA_INCDIR)" },
}
