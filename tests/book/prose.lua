-- prose.lua - turns a text of the repository into a page of the book, or into a part of the
-- whole book (EPUB and PDF):
--
--      local blocks = prose.make(page, 'html')      or 'whole'
--
-- The marks for our tests go, links lead to pages, pictures come along, and a chapter gets
-- the pictures of its storm. In the whole book, where nothing can be unfolded, answers stand
-- open, and every anchor begins with the name of its page, for they share one document.
local lib = require 'lib'
local prose = {}

local work = os.getenv 'BOOK_WORK'

local function walked(blocks, filter) return pandoc.Pandoc(blocks):walk(filter).blocks end

-- book.md makes several pages: here are the blocks of this one.
local function own_blocks(page)
    local doc = pandoc.read(lib.read(page.source), 'gfm')
    if page.source ~= 'book.md' then return doc.blocks end
    local blocks = pandoc.List()
    for _, section in ipairs(lib.sections(doc)) do
        if section.page == page.name then blocks:extend(section.blocks) end
    end
    return blocks
end

-- --- marks and answers --------------------------------------------------------------

local function without_marks(raw)
    return raw:gsub('<!%-%-.-%-%->%s*', '')
end

local function drop_marks(raw)
    if raw.format ~= 'html' then return nil end
    local rest = without_marks(raw.text)
    if rest == '' then return {} end
    raw.text = rest
    return raw
end

-- <details><summary>Why?</summary> ... </details>: the question in bold, then the answer.
local function unfolded(blocks)
    local out, answer = pandoc.List(), nil
    for _, block in ipairs(blocks) do
        local raw = block.t == 'RawBlock' and block.text or ''
        local summary = raw:match '<details>%s*<summary>(.-)</summary>'
        if summary then
            local question = pandoc.read('<p>' .. summary .. '</p>', 'html').blocks[1]
            answer = pandoc.List {pandoc.Para {pandoc.Strong(question.content)}}
        elseif raw:match '</details>' then
            out:insert(pandoc.Div(answer, pandoc.Attr('', {'answer'})))
            answer = nil
        else
            (answer or out):insert(block)
        end
    end
    return out
end

-- --- links and pictures -------------------------------------------------------------

-- An anchor in the whole book. The title of a page has the name of the page.
local titles = {}

local function anchored(page, anchor)
    if not titles[page.name] then
        local first = own_blocks(page)[1]
        titles[page.name] = first.t == 'Header' and first.identifier or ''
    end
    return page.name .. (anchor and anchor ~= titles[page.name] and '--' .. anchor or '')
end

-- Pages are linked to; files too where there can be a page for each. What a reader cannot
-- follow stays as words, with the name of the file where the words do not say it.
local function link_to(page, kind)
    return function(link)
        local to = lib.resolve(page.source, link.target)
        if to.kind == 'web' then return nil end
        if to.kind == 'page' then
            link.target = kind == 'whole' and '#' .. anchored(to.page, to.anchor)
                or to.page.name .. '.html' .. (to.anchor and '#' .. to.anchor or '')
            return link
        end
        if to.kind == 'file' and kind == 'html' then
            lib.need('file', to.path)
            link.target = lib.copy_of(to.path)
            return link
        end
        local words = pandoc.utils.stringify(link.content)
        if to.kind == 'unwritten' then
            return {pandoc.Span(link.content, {class = 'unwritten'}), pandoc.Str ' (not written yet)'}
        end
        if not to.path or words:find(to.path, 1, true) or words == pandoc.path.filename(to.path) then
            return link.content
        end
        return link.content .. {pandoc.Str ' (', pandoc.Code(to.path), pandoc.Str ')'}
    end
end

local function picture_of(page, kind)
    return function(image)
        local to = lib.resolve(page.source, image.src)
        if to.kind ~= 'file' then return nil end
        lib.need('picture', to.path)
        image.src = kind == 'whole' and to.path or 'img/' .. to.path:gsub('/', '.')
        return image
    end
end

-- --- blocks that are wider than a page -------------------------------------------------

local function fitted(code)
    local widest = 0
    for line in (code.text .. '\n'):gmatch '(.-)\n' do
        widest = math.max(widest, utf8.len(line) or #line)
    end
    code.classes:insert(widest > 110 and 'widest' or widest > 88 and 'wider'
        or widest > 72 and 'wide' or nil)
    return code
end

local function scrolled(inside)
    return pandoc.Div({inside}, pandoc.Attr('', {'scroll'}, {tabindex = '0'}))
end

-- --- the storm of a chapter ---------------------------------------------------------

-- figure.sh has drawn it: NAME.svg or NAME.txt, NAME.alt, and numbers.md.
local function figure(page, name, kind)
    local base = work .. '/figures/' .. page.name .. '/'
    local alt = lib.read(base .. name .. '.alt')
    if not alt then return {} end
    alt = alt:gsub('%s+$', '')
    local words = lib.read(base .. name .. '.words'):gsub('%s+$', '')
    local blocks = pandoc.List()
    local svg = base .. name .. '.svg'
    if lib.read(svg) then
        local src = kind == 'whole' and svg or 'img/' .. page.name .. '-' .. name .. '.svg'
        blocks:insert(scrolled(pandoc.Para {pandoc.Image({pandoc.Str(alt)}, src)}))
    else -- no gnuplot: the picture of the terminal
        blocks:insert(scrolled(pandoc.CodeBlock(lib.read(base .. name .. '.txt'))))
    end
    blocks:insert(pandoc.Div(pandoc.read(words, 'gfm').blocks, pandoc.Attr('', {'caption'})))
    if name == 'after' and kind == 'html' then -- on paper it would be in the way
        blocks:insert(pandoc.RawBlock('html', '<details><summary>The same in numbers</summary>'))
        blocks:extend(pandoc.read(lib.read(base .. 'numbers.md'), 'gfm').blocks)
        blocks:insert(pandoc.RawBlock('html', '</details>'))
    end
    return {pandoc.Div(blocks, pandoc.Attr('', {'figure'}))}
end

-- Where the text says `make plot CH=3` for the first time stands the storm as it was
-- before the chapter, and where it says so for the last time the storm as it is after.
local function with_storms(page, blocks, kind)
    local number = page.name:match '^(%d%d)%-'
    if not number then return blocks end
    local command = 'make plot CH=' .. tonumber(number)
    local first, last
    for at, block in ipairs(blocks) do
        if block.t == 'CodeBlock' and (block.text .. '\n'):find(command .. '\n', 1, true) then
            first, last = first or at, at
        end
    end
    local out = pandoc.List()
    for at, block in ipairs(blocks) do
        out:insert(block)
        if at == first and first ~= last then out:extend(figure(page, 'before', kind)) end
        if at == last then out:extend(figure(page, 'after', kind)) end
    end
    if not last then out:extend(figure(page, 'after', kind)) end
    return out
end

-- --- a page ---------------------------------------------------------------------------

-- The first heading of each page is its title, the only one of the first level.
local function levelled(page, blocks, kind)
    local top, titled = blocks[1].level or 1, false
    return walked(blocks, {Header = function(header)
        header.level = math.max(titled and 2 or 1, header.level - top + 1)
        titled = true
        if kind == 'whole' then header.identifier = anchored(page, header.identifier) end
        return header
    end})
end

-- The contents name what is not written yet, and the lab's tasks behind the lab.
local function contents(list)
    for _, item in ipairs(list.content) do
        local first = item[1].content[1]
        if first.t == 'Link' and first.target == 'lab/README.md' then
            local tasks = pandoc.List()
            for _, page in ipairs(lib.pages()) do
                if page.source:match '^lab/tasks/' then
                    tasks:insert {pandoc.Plain {pandoc.Link(page.title, page.source)}}
                end
            end
            if #tasks > 0 then item:insert(pandoc.BulletList(tasks)) end
        end
    end
    return list
end

function prose.make(page, kind)
    local blocks = own_blocks(page)
    if page.name == 'index' then
        blocks = blocks:map(function(block)
            return lib.is_contents(block) and contents(block) or block
        end)
    end
    blocks = with_storms(page, blocks, kind)
    blocks = levelled(page, blocks, kind)
    blocks = walked(blocks, {
        RawBlock = drop_marks, RawInline = drop_marks,
        Link = link_to(page, kind), Image = picture_of(page, kind),
        CodeBlock = fitted, Table = kind == 'html' and scrolled or nil,
    })
    return kind == 'whole' and unfolded(blocks) or blocks
end

return prose
