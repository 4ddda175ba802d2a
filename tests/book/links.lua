-- links.lua - do the links of all texts of the book lead somewhere, and does each picture
-- have words? Says each that does not by file and line, and ends pandoc with status 1.
--
--      pandoc -f gfm -t plain --lua-filter tests/book/links.lua /dev/null
package.path = pandoc.path.directory(PANDOC_SCRIPT_FILE) .. '/?.lua;' .. package.path
local lib = require 'lib'

local wrong = 0

local function report(source, line, what)
    io.stderr:write(source, ':', line, ': ', what, '\n')
    wrong = wrong + 1
end

local function line_of(element)
    return (element.attributes['data-pos'] or '?'):match '(%d+):' or '?'
end

local function check(source)
    local open, opened = 0, '?'
    local here = '?' -- the last block that has said where it stands
    local doc = pandoc.read(lib.read(source), 'gfm+sourcepos')
    local function target(element, path)
        local link = lib.resolve(source, path)
        if link.kind == 'wrong' then
            report(source, line_of(element), path .. ': ' .. link.why)
        end
    end
    doc:walk {
        traverse = 'topdown',
        Div = function(div) here = line_of(div) end,
        Link = function(link) target(link, link.target) end,
        Image = function(image)
            target(image, image.src)
            if pandoc.utils.stringify(image.caption) == '' then
                report(source, line_of(image), image.src .. ': a picture without words')
            end
        end,
        RawBlock = function(raw)
            for what in raw.text:gmatch '</?details' do
                open = open + (what == '<details' and 1 or -1)
                opened = what == '<details' and here or opened
                if open < 0 or open > 1 then
                    report(source, here, what .. '> is one too many')
                    open = 0
                end
            end
        end,
    }
    if open > 0 then report(source, opened, '<details> is not closed') end
end

function Pandoc()
    local seen = {}
    for _, page in ipairs(lib.pages()) do
        if page.there and not seen[page.source] then check(page.source) end
        if seen[page.source] and page.source ~= 'book.md' then
            report('book.md', '?', page.source .. ' is there twice')
        end
        seen[page.source] = true
    end
    -- A chapter that the contents do not name would be in no book.
    for _, dir in ipairs(lib.names('chapters', '^%d%d%-')) do
        local source = 'chapters/' .. dir .. '/README.md'
        if lib.read(source) and not seen[source] then
            report('book.md', '?', source .. ' is not in the contents')
        end
    end
    if wrong > 0 then os.exit(1) end
    return pandoc.Pandoc {}
end
