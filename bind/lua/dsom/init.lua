--- Classes of SOM, written in C, C++, Go or whatever else, as classes of Lua.
--
--     local dsom = require "dsom"
--     local Dog = dsom.load "Zoo::Dog"     -- finds libzoo.so in SOM_PATH, or where the system looks
--     local Puppy = Dog:extend "Puppy"     -- a class of SOM as well: C++ calls what it overrides
--     function Puppy:speak(n) return Puppy.super.speak(self, n) + 1000 end
--     print(Puppy():speak(3))
--
-- docs/som-lua.md tells all of it.

local core = require "dsom.core"

local rawget, rawset, type, select, setmetatable, getmetatable, next = rawget, rawset, type, select, setmetatable, getmetatable, next
local unpack = table.unpack or unpack

local dsom = { _VERSION = "dsom 1.0", null = core.null }

local classes = {}                               -- of SOM's classes: Lua's, for good
local made = setmetatable({}, { __mode = "v" })  -- of those that were made in Lua
local infos = setmetatable({}, { __mode = "kv" }) -- of Lua's classes: what is known of them, which they have themselves
local own_info = {}                              -- by this key
local getters, setters = {}, {}                  -- of names of attributes: those of the methods
local how = setmetatable({}, { __mode = "k" })   -- of functions that are methods of other languages': which
local ids = 0
local fast                                       -- dsom/fast.lua, where there is an ffi

local function info_of(class, what)
  local info = infos[class]
  if not info then
    error(("calling '%s' on bad self (class expected, got %s); is it called with a colon?"):format(what, type(class)), 3)
  end
  return info
end

local function class_of(cls)
  return classes[cls] or made[cls]
end

---- Values ----

local function shown(v)
  if type(v) == "string" then return ("%q"):format(v) end
  return tostring(v)
end

local function same(a, b)
  if rawequal(a, b) then return true end
  if type(a) ~= "table" or type(b) ~= "table" or getmetatable(a) ~= getmetatable(b) or core.class_of(a) then
    return type(a) ~= "table" and type(b) ~= "table" and a == b -- int64_t
  end
  for k, v in next, a do
    if type(k) ~= "userdata" and not same(v, rawget(b, k)) then return false end
  end
  for k in next, b do
    if type(k) ~= "userdata" and rawget(a, k) == nil then return false end
  end
  return true
end

local function bare(name) return name:match("([^:]*)$") end

-- A structure, union or exception is a table whose metatable is the type, which is called to make one.
local function new_type(kind, name, members, id, doc)
  local T = { type_name = name, kind = kind, id = id, doc = doc, __name = name, __eq = same }
  if kind == "enum" then
    for _, e in ipairs(members) do T[e] = e end
    T.members = members
    return setmetatable(T, { __tostring = function() return ("enum %s"):format(name) end })
  end
  T.members = kind == "union" and { "d", "v" } or members
  T.__index = T
  function T.__tostring(v)
    local all = {}
    for i, m in ipairs(T.members) do
      local value = rawget(v, m)
      if type(value) == "table" and not getmetatable(value) then
        local each = {}
        for k, e in ipairs(value) do each[k] = shown(e) end
        all[i] = ("%s = {%s}"):format(m, table.concat(each, ", "))
      else
        all[i] = ("%s = %s"):format(m, shown(value))
      end
    end
    return ("%s{%s}"):format(bare(name), table.concat(all, ", "))
  end
  if kind == "exception" then
    T.is_exception = true
    T.name = bare(name)
  end
  local of = {}
  for _, m in ipairs(T.members) do of[m] = true end
  local function new(_, t, ...)
    if t ~= nil and (type(t) ~= "table" or getmetatable(t) or select("#", ...) > 0 or #t > 0) then -- by place
      local given, n = { t, ... }, select("#", ...) + 1
      if n == 1 and type(t) == "table" and not getmetatable(t) and #t == #T.members then given, n = t, #t end
      if n > #T.members then error(("%s has %d members, got %d"):format(name, #T.members, n), 2) end
      t = {}
      for i, m in ipairs(T.members) do t[m] = given[i] end
    else
      local from = t or {}
      t = {}
      for k, v in next, from do
        if not of[k] then error(("%s has no member '%s'"):format(name, tostring(k)), 2) end
        t[k] = v
      end
    end
    return setmetatable(t, T)
  end
  return setmetatable(T, { __call = new, __tostring = function() return ("%s %s"):format(kind, name) end })
end

---- Exceptions ----

-- What others than a type of IDL have made: by its id.
local UserException = { __name = "dsom.UserException", is_exception = true }
UserException.__index = UserException
function UserException.__tostring(e) return e.text or e.id end

local SystemException = { __name = "dsom.SystemException", is_exception = true }
SystemException.__index = SystemException
function SystemException.__tostring(e)
  return ("%s (minor %u, completed %s)%s"):format(e.name, e.minor, e.completed, e.text and ": " .. e.text or "")
end

local completed = { [0] = "YES", "NO", "MAYBE" }

local function system(id, minor, done, code, text)
  return setmetatable({ id = id, name = id:match("([^/:]*):[%d.]*$") or id, minor = math.floor(minor), completed = completed[done] or "MAYBE", code = code, text = text }, SystemException)
end

dsom.UserException, dsom.SystemException = UserException, SystemException

--- Makes a system exception, to be raised by error: dsom.system("BAD_PARAM", {minor = 3, completed = "NO", text = "…"}).
function dsom.system(name, t)
  if type(name) ~= "string" or not name:match("^[%u_]+$") then error("bad argument #1 to 'system' (the name of a system exception expected, \"BAD_PARAM\")", 2) end
  t = t or {}
  return setmetatable({ id = ("IDL:omg.org/CORBA/%s:1.0"):format(name), name = name, minor = t.minor or 0, completed = t.completed or "MAYBE", text = t.text }, SystemException)
end

---- Objects ----

local object = {} -- what all objects have

function object:som_release() return core.release(self) end
function object:som_alive() return core.alive(self) end
function object:som_address() return core.address(self) end
function object:som_dispatch(method, ...) return core.dispatch(self, method, ...) end
function object:som_entry(method) return core.entry(self, method) end

local function class_name(o)
  local cls = core.class_of(o)
  local K = cls and class_of(cls)
  return K and infos[K].name or "object"
end

local is_handle = core.is_handle

local function next_field(o, k)
  local v
  repeat k, v = next(o, k) until k == nil or not (type(k) == "userdata" and is_handle(k))
  return k, v
end

local function new_meta(K, info)
  local vt = info.vt
  local meta = { id = info.id, own = info.own, __metatable = K, __name = info.name }
  function meta.__index(o, k)
    local v = vt[k]
    if v ~= nil then return v end
    local get = getters[k]
    get = get and vt[get]
    if get then return get(o) end
    if not info.scripted then error(("no attribute or method '%s' in class %s"):format(tostring(k), info.name), 2) end
  end
  function meta.__newindex(o, k, v)
    local set = setters[k]
    set = set and vt[set]
    if set then return set(o, v) end
    local get = getters[k]
    if get and vt[get] then error(("attribute '%s' of class %s is readonly"):format(k, info.name), 2) end
    if not info.scripted then error(("no attribute '%s' in class %s"):format(tostring(k), info.name), 2) end
    rawset(o, k, v)
  end
  function meta.__tostring(o)
    local at = core.address(o)
    if not at then return ("%s: released"):format(info.name) end
    return ("%s: 0x%x"):format(info.name, at)
  end
  meta.__close = core.release
  function meta.__pairs(o) return next_field, o, nil end
  return meta
end

---- Classes ----

local make_class

local function new_info(cls)
  local d = core.describe(cls)
  ids = ids + 1
  d.id, d.cls, d.own, d.subclasses = ids, cls, {}, setmetatable({}, { __mode = "k" })
  return d
end

-- Where a name is looked for: the class's own, then its ancestors', in SOM's order. What was found is remembered until one of them changes.
local function new_vt(info)
  return setmetatable({}, { __index = function(vt, k)
    for i = 1, #info.owns do
      local v = info.owns[i][k]
      if v ~= nil then
        rawset(vt, k, v)
        return v
      end
    end
  end })
end

local function set_owns(info)
  info.owns = { info.own }
  for i = 2, #info.order do
    local above = class_of(info.order[i]) or make_class(info.order[i]).__metatable
    info.owns[i] = infos[above].own
    info.ancestors[i - 1] = above
  end
  info.owns[#info.owns + 1] = object
end

local function forget(info, k)
  rawset(info.vt, k, nil)
  for K in next, info.subclasses do rawset(infos[K].vt, k, nil) end
end

local function shadow(info, k) -- classes below that were made before, and find it there first
  for K in next, info.subclasses do
    local below, first = infos[K], nil
    for i = 1, #below.owns do
      if rawget(below.owns[i], k) ~= nil then
        first = below.owns[i]
        break
      end
    end
    if below.made and first == info.own then core.override(below, k, info) end
  end
end

local class_meta = { __name = "class" }

local told = { -- of a class, by names that no IDL has
  som_name = function(info) return info.name end,
  som_version = function(info) return { major = math.floor(info.major), minor = math.floor(info.minor) } end,
  som_instances = function(info) return math.floor(core.instances(info.cls)) end,
  som_library = function(info) return core.library(info.cls) end,
  super = function(info) return info.super end,
  parents = function(info) return { unpack(info.ancestors) } end,
  doc = function(info) return info.doc end,
}

function class_meta.__index(K, k)
  local info = infos[K]
  local v = info.vt[k]
  if v == nil then v = class_meta.functions[k] end
  if v == nil and told[k] then v = told[k](info) end
  return v
end

function class_meta.__newindex(K, k, v)
  local info = infos[K]
  if not info.made then error(("class %s is not Lua's to change: extend it"):format(info.name), 2) end
  rawset(info.own, k, v)
  forget(info, k)
  if type(k) == "string" and v ~= nil and core.override(info, k, info) then shadow(info, k) end
end

function class_meta.__call(K, ...)
  local info = infos[K]
  local o = core.new(info.cls, info.scripted)
  local init = info.scripted and info.vt.init
  if init then
    init(o, ...)
  elseif select("#", ...) > 0 then
    error(("class %s takes no arguments"):format(info.name), 2)
  end
  return o
end

function class_meta.__tostring(K) return ("class %s"):format(infos[K].name) end

class_meta.functions = {}

--- Makes a class of SOM below this one. Its name is its name in SOM; of a second one of that name "Puppy_2". A scoped name, "Zoo::Puppy", is taken as it is, or
-- is an error. More parents may follow.
function class_meta.functions.extend(K, name, ...)
  local above = { info_of(K, "extend") }
  if type(name) ~= "string" then error(("bad argument #1 to 'extend' (string expected, got %s)"):format(type(name)), 2) end
  for i = 1, select("#", ...) do
    above[i + 1] = infos[(select(i, ...))]
    if not above[i + 1] then error(("bad argument #%d to 'extend' (class expected, got %s)"):format(i + 1, type((select(i, ...)))), 2) end
  end
  local parents, keep = {}, {}
  for i, p in ipairs(above) do parents[i] = p.cls end
  local cls = core.define(keep, name, name:find("::", 1, true) ~= nil, parents)
  local meta = make_class(cls, keep)
  local info = infos[meta.__metatable]
  info.super = K
  return meta.__metatable
end

--- Makes an object as other languages do: without arguments.
function class_meta.functions.som_new(K) return core.new(info_of(K, "som_new").cls, false) end

local function initializer(m)
  return function(K, ...)
    local info = infos[K]
    if not info then error(("calling '%s' on bad self (class expected, got %s); is it called with a colon?"):format(m.name, type(K)), 2) end
    return core.make(m.method, info.cls, ...)
  end
end

function make_class(cls, keep)
  local info = new_info(cls)
  local K = {}
  if keep then
    for k, v in next, info do keep[k] = v end -- what the class's handle hangs on
    info = keep
  end
  info.ancestors = {}
  set_owns(info)
  info.super = info.super or info.ancestors[1]
  info.vt = new_vt(info)
  info.docs = {}
  for _, m in ipairs(info.methods) do
    if m.attribute and not m.why then
      (m.gets and getters or setters)[m.attribute] = m.name
      info.docs[m.attribute] = m.doc
    end
    if not (m.root and m.why) then
      info.own[m.name] = m.init and not m.why and initializer(m) or fast and not info.elsewhere and fast.method(m, info) or m.call
      if not m.init and not m.why then how[info.own[m.name]] = { method = m.method, cls = cls } end
      info.docs[m.name] = m.why and ("%s cannot be called: %s"):format(m.name, m.why) or m.signature .. (m.doc and "\n\n" .. m.doc or "")
    end
  end
  for name, T in next, info.types do info.own[bare(name)] = T end
  info.methods = nil
  infos[K], K[own_info] = info, info
  local meta = new_meta(K, info)
  info.meta, meta.info = meta, info -- who has an object has its class
  setmetatable(K, class_meta);
  (info.made and made or classes)[cls] = K
  core.register(cls, meta)
  for _, above in ipairs(info.ancestors) do
    infos[above].subclasses[K] = true
    if fast and not info.elsewhere then fast.descends(info.id, infos[above]) end
  end
  if fast and not info.elsewhere then fast.descends(info.id, info) end
  return meta
end

---- The module ----

local function text_of(e)
  local good, text = pcall(tostring, e)
  return good and type(text) == "string" and text or type(e)
end

local function begin(o)
  local init = o.init
  if init then init(o) end
end

local hooks = { make_class = make_class, make_type = new_type, system = system, text = text_of, begin = begin,
  unknown = function(id, text) return setmetatable({ id = id, text = text }, UserException) end,
  box = false, cdata = false }

if jit then
  fast = require "dsom.fast"
  hooks.box, hooks.cdata = fast.box, fast.cdata
end
core.hooks(hooks)
if fast then fast.begin(core) end

--- Returns a class by its name, "Zoo::Dog", and loads its library if need be; or the structure, union, enumeration or exception of that name, if
-- a class that is there has it in its type information. With a version the class must have that major one, and at least the minor.
function dsom.load(name, major, minor)
  if type(name) ~= "string" then error(("bad argument #1 to 'load' (string expected, got %s)"):format(type(name)), 2) end
  local good, cls = pcall(core.named, name, major, minor)
  if good then return class_of(cls) or make_class(cls).__metatable end
  local e = cls
  if type(e) == "table" and not major and (e.code == "unknown" or e.code == "library" or e.code == "name") then
    local T = core.type_named(name)
    if T then return T end
  end
  error(e, 0)
end

--- Loads a class library by its file's name; load then finds its classes, whatever the file is called.
function dsom.library(file) return core.load_library(file) end

--- Says where class libraries are: folders in a text as PATH is written. nil: as SOM_PATH says.
function dsom.path(folders) return core.set_path(folders) end

--- The names of all classes that are there.
function dsom.classes() return core.names() end

--- A weak reference to an object: called it answers the object, or nil once its end has begun.
function dsom.weak(o) return core.weak(o) end

--- Whether a value is an object of a class or of one below it, or a structure or exception of a type.
function dsom.is(v, what)
  local cls = core.class_of(v)
  if not cls then return type(v) == "table" and what ~= nil and getmetatable(v) == what end
  local of = infos[what]
  if not of then return false end
  local info = infos[class_of(cls)]
  if info == of then return true end
  for _, above in ipairs(info.ancestors) do
    if above == what then return true end
  end
  return false
end

--- The documentation of a class, or of what it has under a name, from the IDL.
function dsom.doc(K, name)
  local info = infos[K]
  if not info then return type(K) == "table" and rawget(K, "doc") or nil end
  if not name then return info.doc end
  if info.docs[name] then return info.docs[name] end
  for _, above in ipairs(info.ancestors) do
    if infos[above].docs[name] then return infos[above].docs[name] end
  end
end

--- Says that a method never calls back to Lua, which is an error for that call if it does: LuaJIT then calls it by its ffi also when there are classes that were made
-- in Lua. Elsewhere nothing is said by it.
function dsom.quick(K, name)
  local info = infos[K]
  if not info then error(("bad argument #1 to 'quick' (class expected, got %s)"):format(type(K)), 2) end
  if info.vt[name] == nil then error(("class %s has no method '%s'"):format(info.name, tostring(name)), 2) end
  if fast then fast.quick(info.vt[name]) end
end

--- Says that a method waits for other threads, which may call Lua: it is called by a thread of its own then, and what those call is done meanwhile. (So it is of all methods of
-- classes elsewhere.)
function dsom.waits(K, name)
  local info = infos[K]
  if not info then error(("bad argument #1 to 'waits' (class expected, got %s)"):format(type(K)), 2) end
  for _, own in ipairs(info.owns) do
    local f = own[name]
    if f ~= nil then
      local of = how[f]
      if not of then break end
      rawset(info.own, name, core.waits(of.method, of.cls))
      how[info.own[name]] = of
      return forget(info, name)
    end
  end
  error(("class %s has no method '%s' of another language's"):format(info.name, tostring(name)), 2)
end

--- Does what other threads want of Lua: calls of overrides, which wait for that.
dsom.serve = core.serve

--- Says how many milliseconds other threads wait until Lua begins with what they want, and again until that has come to its end.
function dsom.patience(milliseconds)
  if type(milliseconds) ~= "number" then error(("bad argument #1 to 'patience' (number expected, got %s)"):format(type(milliseconds)), 2) end
  return core.patience(milliseconds)
end

dsom.catch_up = core.catch_up
dsom.Object = class_of(core.named("SOMObject")) or make_class(core.named("SOMObject")).__metatable

return dsom
