--- Calls by LuaJIT's ffi, made of what the class information says, so that the compiler has them in its traces: of methods of whole numbers, doubles, booleans and objects.
--
-- The compiler's code must not be called back, as a class that was made in Lua would by its overrides. So a call goes this way as long as no such
-- class has been made, or where dsom.quick has said that the method calls nobody of these; else, and where an argument is not plainly what it should be, by the module in C.

local ffi = require "ffi"

local fast = {}
local core, state

ffi.cdef [[
typedef struct dsom_shared { uint32_t made, quick; } dsom_shared;
typedef struct dsom_instance { void *ref; uint32_t class_id, calls; } dsom_instance;
typedef struct dsom_env { uint32_t major, code, minor, completed; char *id, *text; void *value; void (*drop)(void *); } dsom_env;
]]

local int64, uint64 = ffi.typeof "int64_t", ffi.typeof "uint64_t"

function fast.box(is_unsigned, high, low)
  if is_unsigned then return ffi.cast(uint64, high) * 4294967296ULL + ffi.cast(uint64, low) end
  return ffi.cast(int64, high) * 4294967296LL + ffi.cast(int64, low)
end

function fast.cdata(v)
  return ffi.istype(int64, v) and 1 or ffi.istype(uint64, v) and 2 or 0
end

-- By SOMH_BOOLEAN and the kinds that follow: the type of C, and what an argument has to be.
local kinds = {
  [2] = { c = "uint8_t", is = 'type(%s) == "boolean"', pass = "%s and 1 or 0", back = "r ~= 0" },
  [3] = { c = "uint8_t", least = 0, most = 255 },
  [7] = { c = "int16_t", least = -32768, most = 32767 },
  [8] = { c = "uint16_t", least = 0, most = 65535 },
  [9] = { c = "int32_t", least = -2147483648, most = 2147483647 },
  [10] = { c = "uint32_t", least = 0, most = 4294967295 },
  [11] = { c = "int64_t", least = -9007199254740992, most = 9007199254740992, back = "(r >= -9007199254740992LL and r <= 9007199254740992LL) and tonumber(r) or r" },
  [12] = { c = "uint64_t", least = 0, most = 9007199254740992, back = "r <= 9007199254740992ULL and tonumber(r) or r" },
  [14] = { c = "double", is = 'type(%s) == "number"' },
}
local VOID = 1

local families = {} -- of names of classes: which classes descend from it, by their ids

local function family(name)
  families[name] = families[name] or {}
  return families[name]
end

function fast.descends(id, info) family(info.name)[id] = true end

local templates = {} -- of kinds: what makes a function of a method
local quick = setmetatable({}, { __mode = "k" })

local function template(result, params)
  local key = result .. "|" .. table.concat(params, "|")
  if templates[key] then return templates[key] end
  local names, checks, passes, types = {}, {}, {}, {}
  local objects = 0
  for i, p in ipairs(params) do
    local a = "a" .. i
    names[i] = a
    if type(p) == "string" then
      objects = objects + 1
      types[i] = "void *"
      checks[#checks + 1] = ('type(%s) == "table" and rawget(%s, key)'):format(a, a)
      passes[i] = ("cast(instance, rawget(%s, key)).ref"):format(a)
      checks[#checks + 1] = ("of%d[cast(instance, rawget(%s, key)).class_id] and cast(instance, rawget(%s, key)).ref ~= nil"):format(objects, a, a)
    else
      local k = kinds[p]
      types[i] = k.c
      passes[i] = (k.pass or "%s"):format(a)
      checks[#checks + 1] = k.is and k.is:format(a) or ('type(%s) == "number" and %s >= %.0f and %s <= %.0f and floor(%s) == %s'):format(a, a, k.least, a, k.most, a, a)
    end
  end
  local ofs = {}
  for i = 1, objects do ofs[i] = "of" .. i end
  local comma = #params > 0 and ", " or ""
  local k = kinds[result]
  local source = ([[
local ffi, core, state, key, env = ...
local cast, type, rawget, floor, tonumber, take = ffi.cast, type, rawget, math.floor, tonumber, core.take
local instance, row, at = ffi.typeof "dsom_instance *", ffi.typeof "char **", ffi.typeof "$RESULT (**)(void *, dsom_env *$TYPES)"
return function(slow, token, own_id, self_of, says$OFS)
  return function(self$ARGS, more)
    local h = type(self) == "table" and rawget(self, key)
    if h and more == nil$CHECKS then
      local o = cast(instance, h)
      local ref, id = o.ref, o.class_id
      if ref ~= nil and (id == own_id or self_of[id]) then
        local proc = cast(at, cast(row, ref)[0] + token)[0]
        if state.made == 0 then -- nobody can call back
          $CALL(ref, env$PASSES)
          if env.major ~= 0 then error(take(says.method, self), 0) end
          return $BACK
        elseif says.quick then
          state.quick = state.quick + 1
          $CALL(ref, env$PASSES)
          state.quick = state.quick - 1
          if env.major ~= 0 then error(take(says.method, self), 0) end
          return $BACK
        end
      end
    end
    if more ~= nil then return slow(self$ARGS, more) end
    return slow(self$ARGS)
  end
end
]]):gsub("%$(%u+)", {
    RESULT = result == VOID and "void" or k.c,
    TYPES = comma .. table.concat(types, ", "),
    OFS = objects > 0 and ", " .. table.concat(ofs, ", ") or "",
    ARGS = comma .. table.concat(names, ", "),
    CHECKS = #checks > 0 and " and " .. table.concat(checks, " and ") or "",
    CALL = result == VOID and "proc" or "local r = proc",
    PASSES = comma .. table.concat(passes, ", "),
    BACK = result == VOID and "" or k.back or "r",
  })
  local make = assert(loadstring(source, "=dsom.fast"))(ffi, core, state, core.key, fast.env)
  templates[key] = make
  return make
end

--- A function for a method, or nil where it is the module's to call.
function fast.method(m, info)
  if not core or m.why or not m.token or m.token == 0 or (m.result ~= VOID and not kinds[m.result]) then return end
  local ofs = {}
  for _, p in ipairs(m.params) do
    if type(p) == "string" then ofs[#ofs + 1] = p == "" and family "SOMObject" or family(p)
    elseif not (p and kinds[p]) then return end
  end
  local says = { quick = false, method = m.method }
  local f = template(m.result, m.params)(m.call, m.token, info.id, family(info.name), says, unpack(ofs))
  quick[f] = says
  return f
end

function fast.quick(f)
  if quick[f] then quick[f].quick = true end
end

function fast.begin(of)
  core, state = of, ffi.cast("dsom_shared *", of.state)
  fast.env = ffi.cast("dsom_env *", of.environment)
end

return fast
