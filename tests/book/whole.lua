-- whole.lua - makes one document of all pages, for EPUB and PDF. The contents page is left
-- out, since both have a list of contents of their own.
--
--      pandoc -f gfm -t json --lua-filter tests/book/whole.lua /dev/null
package.path = pandoc.path.directory(PANDOC_SCRIPT_FILE) .. '/?.lua;' .. package.path
local lib = require 'lib'
local prose = require 'prose'

function Pandoc(doc)
    local blocks = pandoc.List()
    for _, page in ipairs(lib.pages()) do
        if page.there and page.name ~= 'index' then blocks:extend(prose.make(page, 'whole')) end
    end
    return pandoc.Pandoc(blocks, doc.meta)
end
