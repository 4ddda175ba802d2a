-- pages.lua - reads book.md and writes pages.tsv, the list of pages in reading order:
--
--      pandoc -f gfm -t plain --lua-filter tests/book/pages.lua book.md
--
-- A page is an item of a list in book.md that begins with a link to a text, or with the
-- number of a chapter. Behind lab/README.md come the lab's tasks, as many as there are.
package.path = pandoc.path.directory(PANDOC_SCRIPT_FILE) .. '/?.lua;' .. package.path
local lib = require 'lib'

local lines = {}

local function add(name, source, part, title)
    local there = source == 'book.md' or lib.read(source)
    table.insert(lines, table.concat(
        {name, source, part, title, there and 'there' or 'unwritten'}, '\t'))
end

local function title_of(source)
    for _, block in ipairs(pandoc.read(lib.read(source), 'gfm').blocks) do
        if block.t == 'Header' then return pandoc.utils.stringify(block) end
    end
    return source
end

-- chapters/03-trip/README.md -> 03-trip, sim/GALLERY.md -> gallery, sim/README.md -> sim
local function name_of(source)
    local dir, file = source:match '([^/]*)/?([^/]+)%.md$'
    return file == 'README' and dir or file:lower()
end

local function add_item(item, part)
    local first = item[1].content[1]
    local text = pandoc.utils.stringify(item[1])
    local title = text:match '^(.-):' or text
    if first.t == 'Link' then
        add(name_of(first.target), first.target, part, pandoc.utils.stringify(first))
    else -- by its number: it may have been written meanwhile
        local number = ('%02d'):format(tonumber(text:match '^%d+'))
        local dir = lib.names('chapters', '^' .. number .. '%-')[1] or number
        add(dir, 'chapters/' .. dir .. '/README.md', part, title)
    end
    if first.t == 'Link' and first.target == 'lab/README.md' then
        local tasks = lib.names('lab/tasks', '^%d.*%.md$')
        if lib.read 'lab/tasks/README.md' then tasks:insert(1, 'README.md') end
        for _, task in ipairs(tasks) do
            local source = 'lab/tasks/' .. task
            local name = 'lab-' .. task:gsub('%.md$', ''):gsub('README', 'tasks')
            add(name, source, part, title_of(source))
        end
    end
end

function Pandoc(doc)
    local own, preface = pandoc.List(), false
    for _, section in ipairs(lib.sections(doc)) do
        local part = section.title
        if section.page == 'index' then
            if section.level == 1 then add('index', 'book.md', '-', section.title) end
            for _, block in ipairs(section.blocks) do
                if block.t == 'Header' then part = pandoc.utils.stringify(block) end
                if lib.is_contents(block) then
                    for _, item in ipairs(block.content) do add_item(item, part) end
                end
            end
        elseif section.page ~= 'preface' then
            own:insert(section)
        elseif not preface then
            preface = true
            add('preface', 'book.md', '-', section.title)
        end
    end
    for _, section in ipairs(own) do add(section.page, 'book.md', 'At the end', section.title) end
    return pandoc.Pandoc {pandoc.RawBlock('plain', table.concat(lines, '\n'))}
end
