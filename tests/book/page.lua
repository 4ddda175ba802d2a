-- page.lua - makes one page for the browser; BOOK_PAGE is its name. The text that pandoc
-- reads does not matter: a page knows its own.
--
--      BOOK_PAGE=03-trip pandoc -f gfm -t html5 --lua-filter tests/book/page.lua /dev/null
package.path = pandoc.path.directory(PANDOC_SCRIPT_FILE) .. '/?.lua;' .. package.path
local lib = require 'lib'
local prose = require 'prose'

function Pandoc(doc)
    local page = assert(lib.page(os.getenv 'BOOK_PAGE'), 'no such page')
    local blocks = prose.make(page, 'html')
    local heading = blocks:remove(1) -- the template has it, above the list of sections
    doc.meta.heading, doc.meta.anchor = pandoc.MetaInlines(heading.content), heading.identifier
    return pandoc.Pandoc(blocks, doc.meta)
end
