-- lib.lua - what the filters of the book share: which pages there are, what a link in a
-- text of the repository leads to, and how a text becomes a page.
--
-- A text is Markdown as GitHub shows it, so its anchors are GitHub's, and a link is good
-- if it is good there. Paths are from the top folder, where pandoc is run.
local lib = {}

local work = os.getenv 'BOOK_WORK' -- where the builder keeps what it made so far

function lib.read(path)
    local file = io.open(path, 'rb')
    local text = file and file:read 'a'
    if file then file:close() end
    return text -- nil for a folder, too
end

function lib.is_folder(path)
    return (pcall(pandoc.pipe, 'test', {'-d', path}, ''))
end

-- The names in a folder that fit a pattern, sorted. Lua itself cannot look into folders.
function lib.names(path, pattern)
    local found = pandoc.List()
    if not lib.is_folder(path) then return found end
    for name in pandoc.pipe('ls', {path}, ''):gmatch '[^\n]+' do
        if name:match(pattern) then found:insert(name) end
    end
    return found
end

-- --- pages --------------------------------------------------------------------------
-- pages.tsv has a line for each page in reading order: its name, the text it is made of,
-- its part of the book (or -), its title, and "there" or "unwritten".

local pages

function lib.pages()
    if pages then return pages end
    pages = {}
    for line in assert(lib.read(work .. '/pages.tsv'), 'no pages.tsv'):gmatch '[^\n]+' do
        local name, source, part, title, state =
            line:match '^(.-)\t(.-)\t(.-)\t(.-)\t(.-)$'
        table.insert(pages, {name = name, source = source, part = part, title = title,
                             there = state == 'there'})
    end
    return pages
end

function lib.page(name)
    for _, page in ipairs(lib.pages()) do
        if page.name == name then return page end
    end
end

-- book.md is the one text that makes several pages. What stands before the contents is
-- the preface, what stands behind them has a page for each section.
local function begins_a_page(item)
    local first = item[1] and item[1].content and item[1].content[1]
    if not first then return false end
    if first.t == 'Link' then return first.target:match '%.md$' ~= nil end
    return pandoc.utils.stringify(item[1]):match '^%d+ · ' ~= nil
end

function lib.is_contents(block)
    return block.t == 'BulletList' and begins_a_page(block.content[1])
end

-- The sections of book.md: {page, id, title, blocks}, in order.
function lib.sections(doc)
    local sections, behind = {}, false
    for _, block in ipairs(doc.blocks) do
        if block.t == 'Header' and block.level <= 2 then
            table.insert(sections, {id = block.identifier, level = block.level,
                title = pandoc.utils.stringify(block), blocks = pandoc.List()})
        end
        local section = sections[#sections]
        section.contents = section.contents or lib.is_contents(block)
        section.blocks:insert(block)
    end
    for _, section in ipairs(sections) do
        behind = behind or section.contents
        section.page = (section.contents or section.level == 1) and 'index'
            or behind and section.id or 'preface'
    end
    return sections
end

-- --- anchors ------------------------------------------------------------------------

local anchors_of = {}

local function raw_anchors(anchors)
    return function(raw)
        for id in raw.text:gmatch '%s[in][da]m?e?="([^"]+)"' do anchors[id] = true end
    end
end

function lib.anchors(source)
    if anchors_of[source] then return anchors_of[source] end
    local anchors = {}
    local doc = pandoc.read(lib.read(source) or '', 'gfm')
    doc:walk {
        Header = function(header) anchors[header.identifier] = true end,
        RawBlock = raw_anchors(anchors), RawInline = raw_anchors(anchors),
    }
    anchors_of[source] = anchors
    return anchors
end

-- The page that has an anchor of a text; without an anchor, its first page.
local function page_of(source, anchor)
    if source == 'book.md' and anchor then
        for _, section in ipairs(lib.sections(pandoc.read(lib.read(source), 'gfm'))) do
            for _, block in ipairs(section.blocks) do
                if block.identifier == anchor then return lib.page(section.page) end
            end
        end
    end
    for _, page in ipairs(lib.pages()) do
        if page.source == source then return page end
    end
end

-- --- links --------------------------------------------------------------------------

local function plain(path) -- a/b/../c/ -> a/c
    local parts = {}
    for part in path:gmatch '[^/]+' do
        if part == '..' and #parts > 0 and parts[#parts] ~= '..' then
            table.remove(parts)
        elseif part ~= '.' then
            table.insert(parts, part)
        end
    end
    return table.concat(parts, '/')
end

-- What a link in `source` leads to: its kind, and page, path and anchor as there are.
--   web, page, unwritten (a page of the contents), file, folder; wrong, with why
function lib.resolve(source, target)
    if target:match '^%a[%w+.-]*:' then return {kind = 'web'} end
    local path, anchor = target:match '^([^#]*)#?(.*)$'
    if anchor == '' then anchor = nil end
    path = path == '' and source or plain(pandoc.path.directory(source) .. '/' .. path)
    if path:match '^%.%.' then return {kind = 'wrong', why = 'it leads out of the repository'} end
    local page = page_of(path, anchor)
    if page and not page.there then return {kind = 'unwritten', page = page, path = path} end
    if not lib.read(path) then
        if not lib.is_folder(path) then
            return {kind = 'wrong', why = path .. ' is not there'}
        end
        return {kind = 'folder', path = path}
    end
    if anchor and path:match '%.md$' and not lib.anchors(path)[anchor] then
        return {kind = 'wrong', why = path .. ' has no heading #' .. anchor}
    end
    return {kind = page and 'page' or 'file', page = page, path = path, anchor = anchor}
end

-- The page that shows a file of the repository.
function lib.copy_of(path) return 'file.' .. path:gsub('/', '.') .. '.html' end

-- Remember, for the builder, that a file is linked to or a picture shown.
function lib.need(kind, path)
    local list = assert(io.open(work .. '/needs', 'a'))
    list:write(kind, '\t', path, '\n')
    list:close()
end

return lib
